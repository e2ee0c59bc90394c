#include "config/merge_check.h"

#include <optional>
#include <string>

namespace mtls::config {
namespace {

Diagnostic complaint(std::string message, Moment when) {
  return {.code = base::ErrorCode::kSyntax,
          .message = std::move(message),
          .at = std::nullopt,
          .when = when};
}

std::string place(const Document& document, base::SourceLocation at) {
  return " in " + document.path_of(at.file) + ":" + std::to_string(at.line);
}

std::string text_of(const FileRef& file) {
  const auto* path = std::get_if<StaticPath>(&file);
  return path != nullptr ? path->path : std::get<RuntimePath>(file).text;
}

// R2.34; `with_ssl_on` is the tail nginx adds for `ssl on`.
std::optional<std::string> key_error(const TlsContext& context, const std::string& with_ssl_on) {
  const auto& certificates = context.certificates.value;
  const auto& keys = context.certificate_keys.value;
  if (certificates.size() <= keys.size()) return std::nullopt;
  if (keys.empty() && !with_ssl_on.empty()) {
    return "no \"ssl_certificate_key\" is defined for" + with_ssl_on;
  }
  return "no \"ssl_certificate_key\" is defined for certificate \"" + text_of(certificates.back()) +
         "\"" + (with_ssl_on.empty() ? "" : " and" + with_ssl_on);
}

bool has_trust_source(const TlsContext& context, const NginxBuild& build) {
  return context.client_certificate.value.has_value() ||
         (build.loads_ca_by_pem_read() && context.trusted_certificate.value.has_value());
}

// R2.30, R2.31; optional_no_ca needs none (R2.32).
std::optional<std::string> trust_error(const TlsContext& context, const NginxBuild& build) {
  const VerifyClient mode = context.verify_client.value;
  const bool needs_ca = mode == VerifyClient::kOn || mode == VerifyClient::kOptional;
  if (!needs_ca || has_trust_source(context, build)) return std::nullopt;
  return build.loads_ca_by_pem_read()
             ? "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"
             : "no ssl_client_certificate for ssl_verify_client";
}

}  // namespace

Moment at_merge(const Directive& outer, std::size_t index, MergeStep step) {
  return {.order = outer.last,
          .module = static_cast<std::uint32_t>(MergeModule::kSsl),
          .server = static_cast<std::uint32_t>(index + 1),
          .step = static_cast<std::uint32_t>(step)};
}

// ngx_http_ssl_merge_srv_conf().
std::vector<Diagnostic> check_server(const TlsContext& context, const MergeInput& input,
                                     std::size_t index, const Document& document) {
  std::vector<Diagnostic> out;
  const auto when = [&](MergeStep step) { return at_merge(*input.scope.outer, index, step); };
  const bool is_http = input.scope.module == Module::kHttp;
  const Directive* on = is_http ? ssl_on(input.scope, input.outer) : nullptr;
  const std::string with_ssl_on =
      on == nullptr ? "" : " the \"ssl\" directive" + place(document, on->end);
  if (on != nullptr && !context.has_context) {
    out.push_back(complaint("no \"ssl_certificate\" is defined for" + with_ssl_on,
                            when(MergeStep::kCertificateMissing)));
  }
  if (!context.has_context) return out;
  if (auto error = key_error(context, with_ssl_on); error && is_http) {
    out.push_back(complaint(std::move(*error), when(MergeStep::kCertificateMissing)));
  }
  if (auto error = trust_error(context, input.build)) {
    out.push_back(complaint(std::move(*error), when(MergeStep::kTrustSource)));
  }
  return out;
}

std::vector<Diagnostic> check_sockets(const ResolvedConfig& config, const Document& document,
                                      std::uint32_t end_of_http) {
  std::vector<Diagnostic> out;
  const Moment when{.order = end_of_http,
                    .module = static_cast<std::uint32_t>(MergeModule::kPostconfiguration)};
  const auto lacks = [&](std::size_t index) {
    const TlsContext& server = config.servers[index];
    out.push_back(
        complaint("no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive" +
                      place(document, server.at),
                  when));
  };
  for (const Socket& socket : config.sockets) {
    if (socket.module != Module::kHttp || !socket.ssl) continue;
    const TlsContext& by_default = config.servers[socket.default_server];
    if (!by_default.certificates.value.empty()) continue;
    if (!by_default.reject_handshake.value) {
      lacks(socket.default_server);
      continue;
    }
    for (const std::size_t index : socket.servers) {  // R2.36
      if (!config.servers[index].has_context) lacks(index);
    }
  }
  return out;
}

}  // namespace mtls::config
