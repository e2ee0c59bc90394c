#include "audit/refusals/upstream_refusals.h"

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "config/tls/merge_check.h"

namespace mtls::audit::refusals {
namespace {

using config::UpstreamTlsContext;
using config::tls::MergeModule;

constexpr config::Version kEmptyIsNone{1, 23, 0};  // R2.60

MergeModule merged_by(const UpstreamTlsContext& upstream) {
  if (upstream.server.module == config::Module::kStream) return MergeModule::kStreamProxy;
  if (upstream.directive.starts_with("grpc")) return MergeModule::kGrpc;
  return upstream.directive.starts_with("uwsgi") ? MergeModule::kUwsgi : MergeModule::kProxy;
}

// `proxy_ssl_`, `grpc_ssl_`, `uwsgi_ssl_`.
std::string family_of(const UpstreamTlsContext& upstream) {
  return upstream.directive.substr(0, upstream.directive.find('_')) + "_ssl_";
}

bool has_variables(const std::optional<config::FileRef>& file) {
  const auto* runtime = file ? std::get_if<config::RuntimePath>(&*file) : nullptr;
  return runtime != nullptr && runtime->text.find('$') != std::string::npos;
}

/// Collects the refusals of one upstream, in the order in which nginx sets it up.
class Upstream {
 public:
  Upstream(const RefusalScene& scene, const UpstreamTlsContext& context,
           config::syntax::Moment when)
      : scene_(scene), context_(context), when_(when) {}

  std::vector<UpstreamRefusal> refusals() && {
    add(scene_.trials.ciphers(context_.ciphers.value), context_.ciphers.at);
    certificate();
    trust();
    for (const config::ConfCommand& command : context_.conf_commands.value) {
      add(command_refusal(scene_, command), command.directive->at);
    }
    return std::move(refusals_);
  }

 private:
  void add(Refusal refusal, std::optional<base::SourceLocation> at) {
    if (!refusal) return;
    if (!refusal->at) refusal->at = at;
    refusals_.push_back({.reason = std::move(*refusal), .when = when_});
  }

  void lacks(std::string message, std::optional<base::SourceLocation> at) {
    add(
        RefusalReason{
            .cause = RefusalCause::kConfiguration, .path = {}, .message = std::move(message)},
        at);
  }

  // R2.60: before 1.23.0 an empty value is a path, too: the directory of the main configuration.
  std::optional<config::FileRef> file_of(
      const config::Setting<std::optional<config::FileRef>>& setting) const {
    const bool is_empty = setting.at && !setting.value;
    if (!is_empty || scene_.policy.build.version >= kEmptyIsNone) return setting.value;
    const std::string& main = scene_.policy.nginx_conf;
    return config::StaticPath{main.substr(0, main.rfind('/') + 1)};
  }

  void certificate() {
    const auto certificate = file_of(context_.certificate);
    if (!certificate) return;
    const auto key = file_of(context_.certificate_key);
    if (!key && !context_.certificate_key.at) {
      // As written: nginx has not resolved the path yet when it looks for the key.
      const std::string& written = context_.certificate.directive->args.at(0).text;
      return lacks("no \"" + family_of(context_) +
                       "certificate_key\" is defined for certificate \"" + written + "\"",
                   context_.certificate.at);
    }
    if (!key || has_variables(certificate) || has_variables(key)) return;
    add(identity_refusal(scene_, {.certificate = *certificate,
                                  .key = *key,
                                  .ciphers = context_.ciphers.value,
                                  .password_file = static_path(context_.password_file.value),
                                  .certificate_at = context_.certificate.at,
                                  .key_at = context_.certificate_key.at}),
        context_.certificate.at);
  }

  void trust() {
    if (!context_.verify.value) return;  // R2.62
    const std::string* trusted = static_path(context_.trusted_certificate.value);
    if (trusted == nullptr) {
      return lacks(
          "no " + family_of(context_) + "trusted_certificate for " + family_of(context_) + "verify",
          context_.verify.at);
    }
    add(trust_file_refusal(scene_, *trusted, TrustUse::kTrusted), context_.trusted_certificate.at);
    const std::string* crl = static_path(context_.crl.value);
    if (crl != nullptr) {
      add(trust_file_refusal(scene_, *crl, TrustUse::kCrl), context_.crl.at);
    }
  }

  const RefusalScene& scene_;
  const UpstreamTlsContext& context_;
  config::syntax::Moment when_;
  std::vector<UpstreamRefusal> refusals_;
};

}  // namespace

std::vector<UpstreamRefusal> upstream_refusals(const RefusalScene& scene) {
  std::vector<UpstreamRefusal> all;
  const ConfigView& config = *scene.snapshot.config;
  std::uint32_t place = 0;
  for (const UpstreamTlsContext& upstream : config.resolved.upstreams) {
    const auto* block = config::tls::block_of(*config.document, upstream.server.module);
    if (block == nullptr) continue;
    const config::syntax::Moment when{
        .order = block->last,
        .module = static_cast<std::uint32_t>(merged_by(upstream)),
        .server = static_cast<std::uint32_t>(upstream.server_index + 1),
        .step = ++place};  // locations are merged in configuration order
    auto refusals = Upstream(scene, upstream, when).refusals();
    std::move(refusals.begin(), refusals.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace mtls::audit::refusals
