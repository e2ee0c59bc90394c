#include "daemon/inputs/kubernetes.h"

#include <yaml-cpp/yaml.h>

#include <optional>

namespace mtls::daemon::inputs {
namespace {

constexpr std::string_view kPrefix = "nginx.ingress.kubernetes.io/";

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

// An object that is not as its kind has it.
struct WrongShape {
  int line = 0;
  std::string what;
};

std::string scalar(const YAML::Node& node) {
  if (!node || node.IsNull()) return "";
  if (!node.IsScalar()) throw WrongShape{line_of(node), "a text was expected"};
  return node.Scalar();
}

YamlValue value_of(const YAML::Node& node) {
  return {.text = scalar(node), .line = node ? line_of(node) : 0};
}

YAML::Node map_at(const YAML::Node& node, const char* key) {
  const YAML::Node found = node[key];
  if (found && !found.IsNull() && !found.IsMap())
    throw WrongShape{line_of(found), std::string(key) + " is no map"};
  return found && found.IsMap() ? found : YAML::Node(YAML::NodeType::Map);
}

YAML::Node list_at(const YAML::Node& node, const char* key) {
  const YAML::Node found = node[key];
  if (found && !found.IsNull() && !found.IsSequence())
    throw WrongShape{line_of(found), std::string(key) + " is no list"};
  return found && found.IsSequence() ? found : YAML::Node(YAML::NodeType::Sequence);
}

void expect_map(const YAML::Node& node, const char* what) {
  if (!node.IsMap()) throw WrongShape{line_of(node), std::string(what) + " is no map"};
}

std::string space_of(const YAML::Node& metadata) {
  const std::string space = scalar(metadata["namespace"]);
  return space.empty() ? "default" : space;
}

// v1beta1 has serviceName and servicePort.
std::string backend_of(const YAML::Node& path) {
  const YAML::Node backend = map_at(path, "backend");
  if (backend["serviceName"])
    return scalar(backend["serviceName"]) + "-" + scalar(backend["servicePort"]);
  const YAML::Node service = map_at(backend, "service");
  const YAML::Node port = map_at(service, "port");
  const std::string number = scalar(port["number"]);
  return scalar(service["name"]) + "-" + (number.empty() ? scalar(port["name"]) : number);
}

bool is_named(const YAML::Node& tls, const std::string& host) {
  for (const YAML::Node& entry : tls) {
    expect_map(entry, "an entry of tls");
    for (const YAML::Node& name : list_at(entry, "hosts")) {
      if (scalar(name) == host) return true;
    }
  }
  return false;
}

IngressRule rule_of(const YAML::Node& rule, const YAML::Node& tls) {
  expect_map(rule, "an entry of rules");
  IngressRule read{.host = value_of(rule["host"]), .paths = {}};
  if (read.host.line == 0) read.host.line = line_of(rule);
  read.has_tls = is_named(tls, read.host.text);
  for (const YAML::Node& path : list_at(map_at(rule, "http"), "paths")) {
    expect_map(path, "an entry of paths");
    read.paths.push_back({.path = value_of(path["path"]),
                          .backend = backend_of(path),
                          .is_exact = scalar(path["pathType"]) == "Exact"});
    YamlValue& at = read.paths.back().path;
    if (at.text.empty()) at = {.text = "/", .line = line_of(path)};
  }
  return read;
}

// What answers where no rule does.
std::optional<IngressRule> default_rule(const YAML::Node& spec) {
  const YAML::Node backend = spec["defaultBackend"];
  if (!backend || !backend.IsMap()) return std::nullopt;
  YAML::Node path;
  path["backend"] = backend;
  const int line = line_of(backend);
  return IngressRule{.host = {.text = "", .line = line},
                     .paths = {{.path = {.text = "/", .line = line}, .backend = backend_of(path)}}};
}

Ingress ingress_of(const std::string& file, const YAML::Node& object) {
  const YAML::Node metadata = map_at(object, "metadata");
  Ingress ingress{.file = file,
                  .space = space_of(metadata),
                  .name = scalar(metadata["name"]),
                  .annotations = {},
                  .rules = {}};
  for (const auto& entry : map_at(metadata, "annotations")) {
    const std::string name = scalar(entry.first);
    if (!name.starts_with(kPrefix)) continue;
    ingress.annotations[name.substr(kPrefix.size())] = {.text = scalar(entry.second),
                                                        .line = line_of(entry.first)};
  }
  const YAML::Node spec = map_at(object, "spec");
  const YAML::Node tls = list_at(spec, "tls");
  for (const YAML::Node& rule : list_at(spec, "rules")) ingress.rules.push_back(rule_of(rule, tls));
  if (auto rule = default_rule(spec)) ingress.rules.push_back(std::move(*rule));
  return ingress;
}

std::string decoded(const YAML::Node& value) {
  const std::string text = scalar(value);
  const std::vector<unsigned char> bytes = YAML::DecodeBase64(text);
  if (bytes.empty() && !text.empty())
    throw WrongShape{line_of(value), "this value of data is not base64; stringData takes text"};
  return {bytes.begin(), bytes.end()};
}

void add_secret(const YAML::Node& object, Manifests& manifests) {
  const YAML::Node metadata = map_at(object, "metadata");
  auto& keys = manifests.secrets[space_of(metadata) + "/" + scalar(metadata["name"])];
  for (const auto& entry : map_at(object, "data"))
    keys[scalar(entry.first)] = decoded(entry.second);
  for (const auto& entry : map_at(object, "stringData"))
    keys[scalar(entry.first)] = scalar(entry.second);
}

void add_object(const std::string& file, const YAML::Node& object, Manifests& manifests) {
  if (!object.IsMap()) return;  // an empty document, a file of Helm values
  const YAML::Node kind_node = object["kind"];
  const std::string kind = kind_node && kind_node.IsScalar() ? kind_node.Scalar() : "";
  if (kind == "Ingress") manifests.ingresses.push_back(ingress_of(file, object));
  if (kind == "Secret") add_secret(object, manifests);
  if (kind != "List") return;
  for (const YAML::Node& item : list_at(object, "items")) add_object(file, item, manifests);
}

base::Result<void> mistake(const std::string& file, int line, const std::string& what) {
  return base::fail(base::ErrorCode::kInvalidArgument,
                    file + ":" + std::to_string(line) + ": " + what);
}

}  // namespace

base::Result<void> add_manifests(const std::string& file, const std::string& text,
                                 Manifests& manifests) {
  try {
    for (const YAML::Node& object : YAML::LoadAll(text)) add_object(file, object, manifests);
  } catch (const YAML::Exception& error) {
    const bool is_template = text.find("{{") != std::string::npos;
    return mistake(file, error.mark.line + 1,
                   "no YAML: " + error.msg +
                       (is_template ? " (a template? Give the output of helm template)" : ""));
  } catch (const WrongShape& wrong) {
    return mistake(file, wrong.line, wrong.what);
  }
  return {};
}

}  // namespace mtls::daemon::inputs
