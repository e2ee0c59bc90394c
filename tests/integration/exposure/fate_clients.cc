#include "tests/integration/exposure/fate_clients.h"

#include "pki/material.h"
#include "pki/nginx_variables.h"

namespace mtls::testing {

FateClients::FateClients() : own_(leaf(nullptr, purpose("serverAuth"))) {
  const Minted root = authority("CN=Root,O=Ours");
  const Minted other = authority("CN=Second CA,O=Ours");
  bundle_ = root.certificate_pem + other.certificate_pem;
  const auto ada = [](CertificateSpec& spec) { spec.subject = "CN=ada,O=Ours"; };
  minted_.emplace("ada", leaf(&root, ada));
  minted_.emplace("bob", leaf(&other, [](CertificateSpec& spec) { spec.subject = "CN=Bob"; }));
  minted_.emplace("eve", leaf(nullptr, ada));
}

const std::vector<std::string>& FateClients::names() {
  static const std::vector<std::string> kAll{"ada", "bob", "eve", "nobody"};
  return kAll;
}

Properties FateClients::properties_of(const std::string& client) const {
  const auto found = minted_.find(client);
  if (found == minted_.end()) return {};
  const pki::Material material = pki::parse_material(found->second.certificate_pem);
  return pki::nginx_variables(material.certificates.at(0), now());
}

std::vector<Properties> FateClients::properties() const {
  std::vector<Properties> all;
  for (const auto& [name, minted] : minted_) all.push_back(properties_of(name));
  return all;
}

void FateClients::equip(TlsRequest& request, const std::string& client) const {
  const auto found = minted_.find(client);
  if (found == minted_.end()) return;
  request.client_chain_pem = found->second.certificate_pem;
  request.client_key_pem = found->second.key_pem;
}

void FateClients::write(const TempDir& directory) const {
  directory.write("server.pem", own_.certificate_pem);
  directory.write("server.key", own_.key_pem);
  directory.write("bundle.pem", bundle_);
  for (const auto& [name, minted] : minted_) {
    directory.write("clients/" + name + ".pem", minted.certificate_pem);
  }
}

std::vector<audit::CanarySetting> FateClients::canaries(const TempDir& directory) const {
  std::vector<audit::CanarySetting> canaries;
  for (const std::string& client : names()) {
    const bool has_certificate = minted_.contains(client);
    canaries.push_back(
        {.name = client,
         .certificate = has_certificate ? directory.path("clients/" + client + ".pem") : "",
         .expect = audit::Expect::kNothing,
         .servers = {}});
  }
  return canaries;
}

}  // namespace mtls::testing
