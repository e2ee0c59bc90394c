#include "config/references.h"

#include <optional>
#include <vector>

namespace mtls::config {
namespace {

using OneFile = Setting<std::optional<FileRef>>;

class Walk {
 public:
  explicit Walk(const FileVisitor& visit) : visit_(visit) {}

  void one(FileRole role, std::string_view name, const OneFile& setting) const {
    if (setting.value) visit_({role, name, *setting.value, setting.directive});
  }

  void each(FileRole role, std::string_view name, const std::vector<NamedFile>& files) const {
    for (const NamedFile& named : files) visit_({role, name, named.file, named.directive});
  }

  void overrides(std::string_view name, const ConfOverrides& overrides) const {
    if (overrides.certificate) {
      visit_({FileRole::kOverrideChain, name, overrides.certificate->file,
              overrides.certificate->directive});
    }
    each(FileRole::kOverrideStore, name, overrides.store_files);
    each(FileRole::kOverrideNames, name, overrides.name_files);
  }

 private:
  const FileVisitor& visit_;
};

/// The directives of one module that speaks TLS to backends.
struct UpstreamNames {
  std::string_view certificate;
  std::string_view certificate_key;
  std::string_view password_file;
  std::string_view trusted_certificate;
  std::string_view crl;
  std::string_view conf_command;
};

constexpr UpstreamNames kProxy{"proxy_ssl_certificate",   "proxy_ssl_certificate_key",
                               "proxy_ssl_password_file", "proxy_ssl_trusted_certificate",
                               "proxy_ssl_crl",           "proxy_ssl_conf_command"};
constexpr UpstreamNames kGrpc{"grpc_ssl_certificate",   "grpc_ssl_certificate_key",
                              "grpc_ssl_password_file", "grpc_ssl_trusted_certificate",
                              "grpc_ssl_crl",           "grpc_ssl_conf_command"};
constexpr UpstreamNames kUwsgi{"uwsgi_ssl_certificate",   "uwsgi_ssl_certificate_key",
                               "uwsgi_ssl_password_file", "uwsgi_ssl_trusted_certificate",
                               "uwsgi_ssl_crl",           "uwsgi_ssl_conf_command"};

const UpstreamNames& names_of(const UpstreamTlsContext& upstream) {
  if (upstream.directive.starts_with("grpc")) return kGrpc;
  return upstream.directive.starts_with("uwsgi") ? kUwsgi : kProxy;
}

}  // namespace

// ngx_http_ssl_merge_srv_conf()
void for_each_reference(const TlsContext& server, const FileVisitor& visit) {
  const Walk walk(visit);
  walk.each(FileRole::kCertificate, "ssl_certificate", server.certificates.value);
  walk.each(FileRole::kCertificateKey, "ssl_certificate_key", server.certificate_keys.value);
  walk.one(FileRole::kPasswordFile, "ssl_password_file", server.password_file);
  walk.one(FileRole::kClientCa, "ssl_client_certificate", server.client_certificate);
  walk.one(FileRole::kTrustedCa, "ssl_trusted_certificate", server.trusted_certificate);
  walk.one(FileRole::kCrl, "ssl_crl", server.crl);
  walk.one(FileRole::kDhparam, "ssl_dhparam", server.dhparam);
  walk.each(FileRole::kTicketKey, "ssl_session_ticket_key", server.session_ticket_keys.value);
  walk.each(FileRole::kEchFile, "ssl_ech_file", server.ech_files.value);
  walk.one(FileRole::kStaplingFile, "ssl_stapling_file", server.stapling_file);
  walk.overrides("ssl_conf_command", server.overrides);
}

// ngx_http_proxy_set_ssl()
void for_each_reference(const UpstreamTlsContext& upstream, const FileVisitor& visit) {
  const Walk walk(visit);
  const UpstreamNames& names = names_of(upstream);
  walk.one(FileRole::kCertificate, names.certificate, upstream.certificate);
  walk.one(FileRole::kCertificateKey, names.certificate_key, upstream.certificate_key);
  walk.one(FileRole::kPasswordFile, names.password_file, upstream.password_file);
  walk.one(FileRole::kTrustedCa, names.trusted_certificate, upstream.trusted_certificate);
  walk.one(FileRole::kCrl, names.crl, upstream.crl);
  walk.overrides(names.conf_command, upstream.overrides);
}

}  // namespace mtls::config
