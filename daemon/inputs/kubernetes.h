// Kubernetes manifests as text: the Ingress objects of ingress-nginx and the Secrets that they name
// (networking.k8s.io/v1 and v1beta1, v1). Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mtls::daemon::inputs {

/// A value and where it stands.
struct YamlValue {
  std::string text;
  int line = 0;  // from 1

  bool operator==(const YamlValue&) const = default;
};

struct IngressPath {
  YamlValue path;
  std::string backend;    // `SERVICE-PORT`
  bool is_exact = false;  // pathType: Exact

  bool operator==(const IngressPath&) const = default;
};

struct IngressRule {
  YamlValue host;  // "": every name that no other rule has
  std::vector<IngressPath> paths;
  bool has_tls = false;  // spec.tls names the host

  bool operator==(const IngressRule&) const = default;
};

struct Ingress {
  std::string file;   // that it stands in
  std::string space;  // metadata.namespace; `default` where none is written
  std::string name;
  // Those of ingress-nginx, without `nginx.ingress.kubernetes.io/`.
  std::map<std::string, YamlValue> annotations;
  std::vector<IngressRule> rules;

  bool operator==(const Ingress&) const = default;
};

struct Manifests {
  std::vector<Ingress> ingresses;
  // By `NAMESPACE/NAME`: the content of each key, decoded.
  std::map<std::string, std::map<std::string, std::string>> secrets;
};

/// Adds what the documents of `text` hold; kinds other than Ingress, Secret and List are passed
/// over. `file`: its name in messages and places. kInvalidArgument: no YAML, or an object without
/// the shape of its kind; the message says the line.
base::Result<void> add_manifests(const std::string& file, const std::string& text,
                                 Manifests& manifests);

}  // namespace mtls::daemon::inputs
