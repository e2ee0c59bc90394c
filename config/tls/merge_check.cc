#include "config/tls/merge_check.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "config/grammar/measures.h"
#include "config/grammar/upstream_url.h"

namespace mtls::config::tls {
namespace {

constexpr Version kStreamNames{1, 25, 5};

/// What nginx says of a merged server, and where to mend it: nginx names the block's end at most.
struct Found {
  std::string message;
  std::optional<base::SourceLocation> edit_at;
  std::string path = {};  // of the file it is about
};

syntax::Diagnostic complaint(Found found, syntax::Moment when) {
  return {.code = base::ErrorCode::kSyntax,
          .message = std::move(found.message),
          .at = std::nullopt,
          .when = when,
          .edit_at = found.edit_at,
          .path = std::move(found.path)};
}

base::SourceLocation at_or(const std::optional<base::SourceLocation>& at,
                           const TlsContext& context) {
  return at.value_or(context.at);
}

std::string place(const syntax::Document& document, base::SourceLocation at) {
  return " in " + document.path_of(at.file) + ":" + std::to_string(at.line);
}

const syntax::Directive* last_of(const blocks::Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() || found->second.empty() ? nullptr : found->second.back();
}

const syntax::Directive* last_listen_ssl(const blocks::Settings& settings) {
  const auto listens = settings.find("listen");
  if (listens == settings.end()) return nullptr;
  const auto found = std::find_if(
      listens->second.rbegin(), listens->second.rend(), [](const syntax::Directive* listen) {
        return std::any_of(listen->args.begin(), listen->args.end(),
                           [](const syntax::Argument& argument) { return argument.text == "ssl"; });
      });
  return found == listens->second.rend() ? nullptr : *found;
}

// The directive that makes a server of mail speak TLS and the line nginx remembers for it:
// ngx_mail_ssl_enable() and ngx_mail_ssl_starttls() leave it to a listen that has one.
const syntax::Directive* last_switch(const blocks::Settings& settings) {
  const syntax::Directive* ssl = last_of(settings, "ssl");
  const syntax::Directive* starttls = last_of(settings, "starttls");
  if (ssl == nullptr || starttls == nullptr) return ssl != nullptr ? ssl : starttls;
  return ssl->order > starttls->order ? ssl : starttls;
}

/// What makes nginx demand a certificate where it merges a server, in its words.
struct Demand {
  std::string_view directive;             // between quotes
  const syntax::Directive* at = nullptr;  // nullptr: nothing does

  std::string tail(const syntax::Document& document) const {
    if (at == nullptr) return "";
    return " the \"" + std::string(directive) + "\" directive" + place(document, at->end);
  }
};

// conf->listen, conf->enable and conf->starttls of the three modules.
Demand demand_of(const MergeInput& input) {
  const syntax::Directive* listen = last_listen_ssl(input.scope.settings);
  const syntax::Directive* on = ssl_on(input.scope, input.outer);
  switch (input.scope.module) {
    case Module::kHttp: return on == nullptr ? Demand{} : Demand{"ssl", on};
    case Module::kStream:
      if (listen == nullptr || input.build.version >= kStreamNames) return {};
      return {"listen ... ssl", listen};
    case Module::kMail: break;
  }
  if (listen != nullptr) return {"listen ... ssl", listen};
  const syntax::Directive* own = last_switch(input.scope.settings);
  const syntax::Directive* at = own != nullptr ? own : last_switch(input.outer);
  if (on != nullptr) return {"ssl", at};
  return has_starttls(input.scope, input.outer) ? Demand{"starttls", at} : Demand{};
}

// R2.34, R2.35.
std::optional<Found> certificate_error(const TlsContext& context, const MergeInput& input,
                                       const syntax::Document& document) {
  const auto& certificates = context.certificates.value;
  const auto& keys = context.certificate_keys.value;
  const Demand demand = demand_of(input);
  const std::string tail = demand.tail(document);
  if (certificates.empty()) {
    // Only http and stream since 1.25.5 have ssl_reject_handshake.
    if (demand.at == nullptr || context.reject_handshake.value) return std::nullopt;
    return Found{"no \"ssl_certificate\" is defined for" + tail, demand.at->at};
  }
  if (certificates.size() <= keys.size()) return std::nullopt;
  const NamedFile& last = certificates.back();
  const auto* file = std::get_if<StaticPath>(&last.file);
  const std::string path = file != nullptr ? file->path : "";
  const std::string lacks = "no \"ssl_certificate_key\" is defined for";
  if (keys.empty() && !tail.empty()) return Found{lacks + tail, last.directive->at, path};
  // As it is written: it is not resolved yet when its key is missed.
  const std::string& written = last.directive->args.at(0).text;
  return Found{lacks + " certificate \"" + written + "\"" + (tail.empty() ? "" : " and" + tail),
               last.directive->at, path};
}

bool has_trust_source(const TlsContext& context, const NginxBuild& build) {
  return context.client_certificate.value.has_value() ||
         (build.loads_ca_by_pem_read() && context.trusted_certificate.value.has_value());
}

// R2.30, R2.31; optional_no_ca needs none (R2.32).
std::optional<Found> trust_error(const TlsContext& context, const NginxBuild& build) {
  const VerifyClient mode = context.verify_client.value;
  const bool needs_ca = mode == VerifyClient::kOn || mode == VerifyClient::kOptional;
  if (!needs_ca || has_trust_source(context, build)) return std::nullopt;
  return Found{build.loads_ca_by_pem_read()
                   ? "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"
                   : "no ssl_client_certificate for ssl_verify_client",
               context.client_certificate.at ? context.client_certificate.at  // cancelled with ""
                                             : at_or(context.verify_client.at, context)};
}

bool is_http_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  return url.size() > kScheme.size() &&
         std::equal(kScheme.begin(), kScheme.end(), url.begin(), [](char wanted, char c) {
           return wanted == (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
         });
}

// ngx_parse_inet_url() of what stands behind the scheme; IPv6 and Unix sockets are let pass.
std::optional<std::string> url_error(std::string_view url) {
  constexpr std::int64_t kLastPort = 65535;
  const bool is_other = url.starts_with('[') || grammar::starts_with_ignoring_case(url, "unix:");
  if (is_other) return std::nullopt;
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  const std::size_t colon = authority.find(':');
  if (colon != std::string_view::npos) {
    const auto port = grammar::parse_number(authority.substr(colon + 1));
    if (!port || *port < 1 || *port > kLastPort) return "invalid port";
  }
  return authority.substr(0, colon).empty() ? std::optional<std::string>("no host") : std::nullopt;
}

// R2.33, R2.48: ngx_ssl_ocsp(). What its host resolves to is not looked at.
std::optional<Found> ocsp_error(const TlsContext& context) {
  if (context.ocsp.value == Ocsp::kOff) return std::nullopt;
  if (context.verify_client.value == VerifyClient::kOptionalNoCa) {
    return Found{"\"ssl_ocsp\" is incompatible with \"ssl_verify_client optional_no_ca\"",
                 at_or(context.ocsp.at, context)};
  }
  const std::string& responder = context.ocsp_responder.value;
  if (responder.empty()) return std::nullopt;
  const auto in_responder = [&](const std::string& what, const std::string& url) {
    return Found{what + " in OCSP responder \"" + url + "\" in \"ssl_ocsp_responder\"",
                 at_or(context.ocsp_responder.at, context)};
  };
  if (!is_http_url(responder)) return in_responder("invalid URL prefix", responder);
  const std::string url = responder.substr(std::string_view("http://").size());
  const auto error = url_error(url);
  return error ? std::optional(in_responder(*error, url)) : std::nullopt;
}

// Since 1.29.1.
std::optional<Found> stapling_error(const TlsContext& context) {
  if (!context.stapling.value || !context.certificate_compression.value) return std::nullopt;
  return Found{"\"ssl_stapling\" is incompatible with \"ssl_certificate_compression\"",
               at_or(context.stapling.at, context)};
}

bool is_checked_by_socket(Module module, const NginxBuild& build) {
  return module == Module::kHttp || (module == Module::kStream && build.version >= kStreamNames);
}

}  // namespace

syntax::Moment at_merge(const syntax::Directive& outer, std::size_t index, MergeStep step) {
  return {.order = outer.last,
          .module = static_cast<std::uint32_t>(MergeModule::kSsl),
          .server = static_cast<std::uint32_t>(index + 1),
          .step = static_cast<std::uint32_t>(step)};
}

const syntax::Directive* block_of(const syntax::Document& document, Module module) {
  const auto found = std::find_if(document.main.begin(), document.main.end(),
                                  [&](const syntax::Directive& directive) {
                                    return directive.block && directive.name == word(module);
                                  });
  return found == document.main.end() ? nullptr : &*found;
}

// ngx_http_ssl_merge_srv_conf(), ngx_stream_ssl_merge_srv_conf(), ngx_mail_ssl_merge_conf().
std::vector<syntax::Diagnostic> check_server(const TlsContext& context, const MergeInput& input,
                                             std::size_t index, const syntax::Document& document) {
  std::vector<syntax::Diagnostic> out;
  const auto add = [&](std::optional<Found> error, MergeStep step) {
    if (error) {
      out.push_back(complaint(std::move(*error), at_merge(*input.scope.outer, index, step)));
    }
  };
  if (!context.has_context && demand_of(input).at == nullptr) return out;
  add(certificate_error(context, input, document), MergeStep::kCertificateMissing);
  if (!context.has_context) return out;
  add(trust_error(context, input.build), MergeStep::kTrustSource);
  add(ocsp_error(context), MergeStep::kOcsp);
  add(stapling_error(context), MergeStep::kStapling);
  return out;
}

std::vector<syntax::Diagnostic> check_sockets(const ResolvedConfig& config,
                                              const syntax::Document& document,
                                              const NginxBuild& build) {
  std::vector<syntax::Diagnostic> out;
  const auto say = [&](const std::string& what, const Socket& socket, std::size_t index) {
    const TlsContext& server = config.servers[index];
    const syntax::Directive* block = block_of(document, server.id.module);
    if (block == nullptr) return;
    const char* parameter = socket.transport == Transport::kUdp ? "quic" : "ssl";
    const auto listen = std::ranges::find(server.listens, socket.canonical, &Listen::canonical);
    out.push_back(complaint({.message = what + " the \"listen ... " + parameter + "\" directive" +
                                        place(document, server.directive->end),  // of its `{`
                             .edit_at = listen == server.listens.end() ? server.at : listen->at},
                            {.order = block->last,
                             .module = static_cast<std::uint32_t>(MergeModule::kPostconfiguration),
                             .server = socket.rank + 1}));
  };
  const std::string lacks = "no \"ssl_certificate\" is defined for";
  for (const Socket& socket : config.sockets) {
    if (!is_checked_by_socket(socket.module, build) || !socket.ssl) continue;
    const TlsContext& by_default = config.servers[socket.default_server];
    if (!by_default.certificates.value.empty()) {
      if (socket.transport == Transport::kUdp &&
          !by_default.protocols.value.has(Protocol::kTls13)) {
        say("\"ssl_protocols\" must enable TLSv1.3 for", socket, socket.default_server);
      }
    } else if (!by_default.reject_handshake.value) {
      say(lacks, socket, socket.default_server);
    } else {
      for (const std::size_t index : socket.servers) {  // R2.36
        if (!config.servers[index].has_context) say(lacks, socket, index);
      }
    }
  }
  return out;
}

}  // namespace mtls::config::tls
