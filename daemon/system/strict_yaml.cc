#include "daemon/system/strict_yaml.h"

#include <algorithm>
#include <set>
#include <sstream>

#include <yaml-cpp/eventhandler.h>

namespace mtls::daemon::system {
namespace {

// Caught in read_yaml(), like yaml-cpp's own exceptions: the one way out of the tree walk.
struct Mistake {
  YAML::Mark mark;
  std::string what;
};

[[noreturn]] void reject_key(const YAML::Node& key, const std::string& how,
                             const std::string& where) {
  reject(key, how + " key \"" + key.Scalar() + "\" in " + where);
}

base::Error at(const std::string& path, const YAML::Mark& mark, const std::string& what) {
  return {base::ErrorCode::kParse,
          path + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) +
              ": " + what,
          {}};
}

// Notes where a document begins and ignores its contents.
class DocumentStart final : public YAML::EventHandler {
 public:
  YAML::Mark mark;

  void OnDocumentStart(const YAML::Mark& at) override { mark = at; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*at*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*at*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*at*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*at*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*at*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}
};

// Not YAML::LoadAll(): yaml-cpp 0.7 reads a stray `,` as endlessly many empty documents.
void refuse_second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart start;
  if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return;
  throw Mistake{start.mark, "only one document is read; remove this second one"};
}

}  // namespace

base::Result<void> read_yaml(std::string_view text, const std::string& path,
                             const std::function<void(const YAML::Node& root)>& read) {
  try {
    const std::string copy(text);
    refuse_second_document(copy);
    read(YAML::Load(copy));
    return {};
  } catch (const Mistake& mistake) {
    return tl::unexpected<base::Error>(at(path, mistake.mark, mistake.what));
  } catch (const YAML::Exception& error) {
    return tl::unexpected<base::Error>(at(path, error.mark, error.msg));
  }
}

void reject(const YAML::Node& node, std::string what) {
  throw Mistake{node.Mark(), std::move(what)};
}

void check_keys(const YAML::Node& map, const std::string& where, const YamlKeys& known) {
  if (!map.IsMap()) reject(map, where + " must be a map with " + listed(known));
  for (const auto& entry : map) {
    const auto key = entry.first.as<std::string>();
    const bool is_known = std::find(known.begin(), known.end(), key) != known.end();
    if (!is_known) reject_key(entry.first, "unknown", where + "; known keys: " + listed(known));
  }
  check_unique_keys(map, where);
}

void check_unique_keys(const YAML::Node& map, const std::string& where) {
  if (!map.IsMap()) reject(map, where + " must be a map");
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const bool is_new = seen.insert(entry.first.as<std::string>()).second;
    if (!is_new) reject_key(entry.first, "repeated", where);
  }
}

std::string text_of(const YAML::Node& node, const std::string& key) {
  if (!node.IsScalar() || node.Scalar().empty()) reject(node, key + " must be a string");
  return node.Scalar();
}

std::string listed(const YamlKeys& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + key;
  return text;
}

std::string joined(const std::string& path, const std::string& settings_path) {
  if (path.starts_with('/')) return path;
  return settings_path.substr(0, settings_path.rfind('/') + 1) + path;
}

}  // namespace mtls::daemon::system
