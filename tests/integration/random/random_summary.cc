#include "tests/integration/random/random_summary.h"

#include <sstream>
#include <string_view>

namespace mtls::testing {
namespace {

using config::ResolvedConfig;

std::string text(const std::optional<config::FileRef>& reference) {
  if (!reference) return "-";
  if (const auto* fixed = std::get_if<config::StaticPath>(&*reference)) return fixed->path;
  const auto& runtime = std::get<config::RuntimePath>(*reference);
  std::string all = runtime.text;
  for (const std::string& path : runtime.followed) all += " -> " + path;
  return all;
}
std::string text(bool value) { return value ? "yes" : "no"; }
std::string text(int value) { return std::to_string(value); }
std::string text(std::string value) { return value; }
std::string text(const config::ProtocolSet& value) { return value.text(); }

template <class T>
void put(std::ostream& out, std::string_view name, const config::Setting<T>& setting) {
  out << "  " << name << " = " << text(setting.value) << " (" << word(setting.provenance) << ")\n";
}

void put_server(std::ostream& out, const ResolvedConfig& resolved, std::size_t index) {
  const config::TlsContext& server = resolved.servers[index];
  out << "server " << word(server.id.module) << " '" << server.id.server << "' " << server.id.listen
      << (server.on_tls_socket ? " tls" : "") << (server.has_context ? " context" : "") << " guard "
      << static_cast<int>(server.guard) << " label owner " << resolved.label_owner(index)
      << " owner " << resolved.tls_owner(index).value_or(999) << "\n";
  for (const std::string& name : server.server_names) out << "  name '" << name << "'\n";
  for (const config::Listen& listen : server.listens) {
    out << "  listen " << listen.canonical() << (listen.ssl ? " ssl" : "")
        << (listen.default_server ? " default" : "") << "\n";
  }
  for (const config::NamedSetting& named : server.settings)
    put(out, named.directive, named.effective);
  put(out, "client CAs", server.client_certificate);
  put(out, "trusted", server.trusted_certificate);
  put(out, "CRLs", server.crl);
  for (const config::NamedFile& certificate : server.certificates.value)
    out << "  certificate " << text(certificate.file) << "\n";
  for (const config::NamedFile& key : server.certificate_keys.value)
    out << "  key " << text(key.file) << "\n";
}

void put_upstream(std::ostream& out, const config::UpstreamTlsContext& upstream) {
  out << "upstream of " << upstream.server_index << " '" << upstream.location << "' "
      << upstream.directive << " " << upstream.uri << "\n";
  put(out, "verify", upstream.verify);
  put(out, "depth", upstream.verify_depth);
  put(out, "trusted", upstream.trusted_certificate);
  put(out, "CRLs", upstream.crl);
  put(out, "certificate", upstream.certificate);
  put(out, "key", upstream.certificate_key);
  put(out, "name", upstream.name);
  put(out, "SNI", upstream.server_name);
  put(out, "protocols", upstream.protocols);
  put(out, "ciphers", upstream.ciphers);
}

}  // namespace

std::string summary(const ResolvedConfig& resolved) {
  std::ostringstream out;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) put_server(out, resolved, i);
  for (const config::Socket& socket : resolved.sockets) {
    out << "socket " << word(socket.module) << " " << socket.canonical << (socket.ssl ? " ssl" : "")
        << " default " << socket.default_server;
    for (const std::size_t server : socket.servers) out << " " << server;
    out << "\n";
  }
  for (const auto& upstream : resolved.upstreams) put_upstream(out, upstream);
  for (const auto& diagnostic : resolved.diagnostics) out << "says " << diagnostic.message << "\n";
  return out.str();
}

}  // namespace mtls::testing
