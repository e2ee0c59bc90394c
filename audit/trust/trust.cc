#include "audit/trust/trust.h"

#include <algorithm>
#include <set>

#include "audit/policy.h"

namespace mtls::audit::trust {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void note_unread(TrustContent& content, const std::string& path, const pki::Material& file) {
  if (!file.unread.empty()) content.unread_path = path;
}

void add_to_store(TrustContent& content, const std::string& path,
                  const std::vector<pki::Certificate>& certificates) {
  append(content.store, certificates);
  content.files.push_back({.path = path, .certificates = certificates.size()});
}

// VerifyCAFile: X509_STORE_load_file() loads certificates and CRLs into a new store, without the
// flags that ssl_crl sets on nginx's own.
void replace_store(const MaterialView& material, const std::vector<config::NamedFile>& files,
                   TrustContent& content) {
  content.store.clear();
  content.files.clear();
  content.extra.clear();
  content.revocation_lists.clear();
  content.check_crls = false;
  content.crl_path.clear();
  for (const config::NamedFile& named : files) {
    const std::string* path = static_path(named.file);
    if (const pki::Material* file = material.content(path)) {
      note_unread(content, *path, *file);
      add_to_store(content, *path, file->certificates);
    }
  }
  content.issuing = content.store.size();
}

void apply_overrides(const MaterialView& material, const config::TlsContext& server,
                     TrustContent& content) {
  const config::ConfOverrides& overrides = server.overrides;
  content.requested = overrides.requests;
  content.demanded = overrides.demands();
  content.is_open = overrides.store_is_open;
  if (overrides.replaces_store()) replace_store(material, overrides.store_files, content);
  if (!content.requested) content.announced.clear();
  if (!content.requested || !content.announced.empty()) return;
  for (const config::NamedFile& named : overrides.name_files) {
    if (const pki::Material* file = material.content(static_path(named.file)))
      append(content.announced, file->certificates);
  }
}

// A file that is not read is no file without content.
void forget_what_is_unread(const MaterialView& material, const TrustPaths& paths,
                           const config::ConfOverrides& overrides, TrustContent& content) {
  const auto is_unread = [&](const std::string* path) {
    const auto file = material.file(path);
    return file && may_open_for_nginx(*file);
  };
  std::vector<const std::string*> cas{paths.client, paths.trusted};
  if (overrides.replaces_store()) {
    cas.clear();
    for (const config::NamedFile& named : overrides.store_files)
      cas.push_back(static_path(named.file));
  }
  const auto unread = std::ranges::find_if(cas, is_unread);
  if (content.check_crls && is_unread(paths.crl)) {
    content.unread = *paths.crl;
    content.check_crls = false;
    content.revocation_lists.clear();
  }
  if (unread == cas.end()) return;
  content.unread = **unread;
  content.store.clear();
  content.files.clear();
  content.announced.clear();
  content.extra.clear();
  content.issuing = 0;
  content.revocation_lists.clear();
  content.check_crls = false;
}

// 1.26.3 does not open these files, 1.30.6 does (R2.17). 1.27.2 rewrote how CA files are loaded.
constexpr config::Version kStreamLoadsWhenOff{1, 27, 2};

}  // namespace

TrustPaths trust_paths(const config::TlsContext& server, const config::NginxBuild& build) {
  if (!server.has_context) return {};
  const bool verifies = server.verify_client.value != config::VerifyClient::kOff;
  const bool loads_when_off =
      server.id.module == config::Module::kHttp ||
      (server.id.module == config::Module::kStream && build.version >= kStreamLoadsWhenOff);
  TrustPaths paths;
  if (verifies) paths.client = static_path(server.client_certificate.value);
  if (verifies || loads_when_off) {
    paths.trusted = static_path(server.trusted_certificate.value);
    paths.crl = static_path(server.crl.value);
  }
  return paths;
}

TrustContent trust_content(const MaterialView& material, const config::TlsContext& server,
                           const config::NginxBuild& build) {
  const TrustPaths paths = trust_paths(server, build);
  const bool old_loader = !build.loads_ca_by_pem_read();  // R4.3: X509_load_cert_crl_file loads
                                                          // both certificates and CRLs
  TrustContent content;
  content.openssl = openssl_of(build);
  content.check_crls = paths.crl != nullptr;
  if (paths.crl != nullptr) content.crl_path = *paths.crl;
  if (const pki::Material* client = material.content(paths.client); paths.client && client) {
    note_unread(content, *paths.client, *client);
    add_to_store(content, *paths.client, client->certificates);
    content.issuing = content.store.size();
    for (const pki::Certificate& certificate : client->certificates) {
      // The old second pass, PEM_read_bio_X509, skips TRUSTED CERTIFICATE blocks (R4.1).
      if (!(old_loader && certificate.facts().trust_annotated))
        content.announced.push_back(certificate);
    }
    if (old_loader) append(content.revocation_lists, client->revocation_lists);
  }
  if (const pki::Material* trusted = material.content(paths.trusted); paths.trusted && trusted) {
    note_unread(content, *paths.trusted, *trusted);
    std::set<pki::Fingerprint> seen;
    for (const pki::Certificate& certificate : content.store)
      seen.insert(certificate.facts().fingerprint);
    for (const pki::Certificate& certificate : trusted->certificates) {
      if (certificate.facts().is_ca && seen.insert(certificate.facts().fingerprint).second)
        content.extra.push_back(certificate);
    }
    add_to_store(content, *paths.trusted, trusted->certificates);
    if (old_loader) append(content.revocation_lists, trusted->revocation_lists);
  }
  if (const pki::Material* crl = material.content(paths.crl); paths.crl && crl) {
    note_unread(content, *paths.crl, *crl);
    append(content.revocation_lists, crl->revocation_lists);
    if (old_loader) add_to_store(content, *paths.crl, crl->certificates);
  }
  // Without ssl_client_certificate (R2.31) the clients' CAs can only be in
  // ssl_trusted_certificate.
  if (content.issuing == 0) content.issuing = content.store.size();
  apply_overrides(material, server, content);
  forget_what_is_unread(material, paths, server.overrides, content);
  return content;
}

}  // namespace mtls::audit::trust
