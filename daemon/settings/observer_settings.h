// `observer` of the settings file: whether nginx tells us of the clients that come (R9.7), and what
// is kept of them. Without the section nothing is: no socket, no file, no series. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <yaml-cpp/yaml.h>

namespace mtls::daemon::settings {

struct ObserverSettings {
  enum class Remember {
    kFingerprints,  // facts without names
    kSubjects,      // the certificates too
  };

  std::string socket = "/run/nginx-mtls-exporter/clients.sock";  // where nginx's lines arrive
  std::string state = "/var/lib/nginx-mtls-exporter/clients.db";
  // A client that did not come for so long is forgotten.
  std::chrono::seconds window = std::chrono::days{30};
  Remember remember = Remember::kFingerprints;
  std::size_t max_clients = 200'000;

  bool operator==(const ObserverSettings&) const = default;
};

/// `node`: the map `observer` of the settings file at `path`; an empty one has all defaults.
/// Rejects it as strict_yaml.h does.
ObserverSettings read_observer_settings(const YAML::Node& node, const std::string& path);

}  // namespace mtls::daemon::settings
