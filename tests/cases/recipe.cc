#include "tests/cases/recipe.h"

#include <yaml-cpp/yaml.h>

#include <set>
#include <stdexcept>

#include "tests/support/pki_maker.h"

namespace mtls::cases {
namespace {

using testing::CertificateSpec;
using testing::kT0;
using testing::Minted;

void know_keys(const YAML::Node& node, const std::set<std::string>& known) {
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    if (!known.contains(key)) throw std::runtime_error("pki.yml: unknown key " + key);
  }
}

base::sys_seconds instant(const YAML::Node& node, const std::string& key, int fallback) {
  return kT0 + std::chrono::days{node[key].as<int>(fallback)};
}

class Workshop {
 public:
  void certificate(const std::string& name, const YAML::Node& node) {
    know_keys(node,
              {"kind", "subject", "issuer", "same_key_as", "from", "until", "key_identifiers"});
    CertificateSpec spec;
    spec.subject = node["subject"].as<std::string>("CN=" + name);
    spec.issuer = made(node["issuer"]);
    spec.same_key_as = made(node["same_key_as"]);
    spec.not_before = instant(node, "from", -30);
    spec.not_after = instant(node, "until", 365);
    spec.key_identifiers = node["key_identifiers"].as<bool>(true);
    apply_kind(node["kind"].as<std::string>(), spec);
    minted_.emplace(name, testing::mint(spec));
  }

  void revocation_list(const std::string& name, const YAML::Node& node) {
    know_keys(node, {"issuer", "from", "until", "revoked"});
    testing::CrlSpec spec{.issuer = made(node["issuer"]),
                          .this_update = instant(node, "from", -1),
                          .next_update = instant(node, "until", 27),
                          .revoked = {}};
    for (const auto& revoked : node["revoked"]) spec.revoked.push_back(made(revoked));
    lists_.emplace(name, testing::mint_crl(spec));
  }

  std::string part(const YAML::Node& node) const {
    if (node.IsScalar()) {
      const auto list = lists_.find(node.as<std::string>());
      return list != lists_.end() ? list->second : called(node).certificate_pem;
    }
    know_keys(node, {"key_of", "first_half_of", "trusted", "text"});
    if (const auto of = node["key_of"]) return called(of).key_pem;
    if (const auto of = node["trusted"]) return testing::as_trusted_pem(called(of), "clientAuth");
    if (const auto text = node["text"]) return text.as<std::string>();
    const std::string& whole = called(node["first_half_of"]).certificate_pem;
    return whole.substr(0, whole.size() / 2);
  }

  std::map<std::string, std::string> certificates() const {
    std::map<std::string, std::string> pem;
    for (const auto& [name, minted] : minted_) pem.emplace(name, minted.certificate_pem);
    return pem;
  }

 private:
  const Minted& called(const YAML::Node& node) const {
    const auto found = minted_.find(node.as<std::string>());
    if (found == minted_.end())
      throw std::runtime_error("pki.yml: no certificate " + node.as<std::string>() + " yet");
    return found->second;
  }

  /// nullptr when the recipe does not name one.
  const Minted* made(const YAML::Node& node) const { return node ? &called(node) : nullptr; }

  static void apply_kind(const std::string& kind, CertificateSpec& spec) {
    spec.ca = kind == "root" || kind == "intermediate";
    spec.key_usage = *spec.ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
    if (kind == "client") spec.extended_key_usage = "clientAuth";
    if (kind == "server") {
      spec.extended_key_usage = "serverAuth";
      spec.dns_names = {"*.example.com"};  // the names of the cases' server blocks
    }
  }

  std::map<std::string, Minted> minted_;
  std::map<std::string, std::string> lists_;
};

}  // namespace

Recipe read_recipe(const std::string& yaml) {
  const YAML::Node root = YAML::Load(yaml);
  know_keys(root, {"certificates", "crls", "files"});
  Workshop workshop;
  for (const auto& entry : root["certificates"])
    workshop.certificate(entry.first.as<std::string>(), entry.second);
  for (const auto& entry : root["crls"])
    workshop.revocation_list(entry.first.as<std::string>(), entry.second);
  Recipe recipe{.files = {}, .certificates = workshop.certificates()};
  for (const auto& entry : root["files"]) {
    const auto name = entry.first.as<std::string>();
    std::string& content = recipe.files[name.starts_with('/') ? name : "/etc/nginx/" + name];
    for (const auto& part : entry.second) content += workshop.part(part);
  }
  return recipe;
}

}  // namespace mtls::cases
