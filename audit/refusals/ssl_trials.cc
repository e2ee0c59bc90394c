#include "audit/refusals/ssl_trials.h"

#include <algorithm>
#include <array>

#include "audit/refusals/every_openssl.h"
#include "audit/trust/trust.h"

namespace mtls::audit::refusals {
namespace {

// The files in which an operator or a distribution can set the default level of an SSL_CTX.
constexpr std::array kLibrarySettings{"/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf",
                                      "/etc/crypto-policies/back-ends/opensslcnf.config"};

std::string quoted(const std::string& function, const std::string& value) {
  return function + "(\"" + value + "\")";
}

RefusalReason of_value(const std::string& what, const std::string& openssl) {
  return {.cause = RefusalCause::kValue, .path = {}, .message = failed(what, openssl)};
}

}  // namespace

std::string failed(const std::string& what, const std::string& openssl) {
  return what + " failed" + (openssl.empty() ? "" : " (SSL: " + openssl + ")");
}

bool SslTrials::judges_names() const {
  const pki::OpensslRelease ours = pki::linked_openssl();
  const pki::OpensslRelease theirs = openssl_of(policy_.build);
  return ours.major == theirs.major && ours.minor == theirs.minor;
}

// Other releases know other names and algorithms, but these errors do not depend on them (R9.19);
// of the digest SslContext says what theirs says.
pki::ssl::SslRefusal SslTrials::if_theirs_agrees(const pki::ssl::SslRefusal& refusal) const {
  constexpr std::array<std::string_view, 6> kOfEvery{"no cipher match",  "invalid command",
                                                     "ee key too small", "ca key too small",
                                                     "ca md too weak",   "key values mismatch"};
  if (!refusal || judges_names()) return refusal;
  const bool is_of_every = std::any_of(
      kOfEvery.begin(), kOfEvery.end(),
      [&](std::string_view reason) { return refusal->find(reason) != std::string::npos; });
  return is_of_every ? refusal : std::nullopt;
}

SslTrials::Trial& SslTrials::trial(const std::string& ciphers) {
  const auto known = trials_.find(ciphers);
  if (known != trials_.end()) return known->second;
  Trial fresh{pki::ssl::SslContext(trust::kDefaultSecurityLevel), std::nullopt};
  fresh.refusal = fresh.context.set_ciphers(ciphers);
  return trials_.emplace(ciphers, std::move(fresh)).first->second;
}

pki::ssl::SslContext& SslTrials::context(const std::string& ciphers) {
  return trial(ciphers).context;
}

Refusal SslTrials::ciphers(const std::string& list) {
  const pki::ssl::SslRefusal refusal = if_theirs_agrees(trial(list).refusal);
  if (!refusal) return std::nullopt;
  return of_value(quoted("SSL_CTX_set_cipher_list", list), *refusal);
}

Refusal SslTrials::curves(const std::string& list) {
  if (list == "auto") return std::nullopt;
  const auto known = curves_.find(list);
  if (known != curves_.end()) return known->second;
  Refusal refusal;
  auto openssl = pki::ssl::SslContext(trust::kDefaultSecurityLevel).set_curves(list);
  if ((openssl || list.empty()) && !judges_names())
    openssl = refusal_of_groups(list, openssl_of(policy_.build));
  if (openssl) {
    refusal = of_value(quoted("SSL_CTX_set1_curves_list", list), *openssl);
  }
  return curves_.emplace(list, std::move(refusal)).first->second;
}

bool SslTrials::is_level_known(const std::string& ciphers) {
  if (ciphers.find("@SECLEVEL=") != std::string::npos) return true;
  if (!default_level_stands_) {
    default_level_stands_ =
        std::none_of(kLibrarySettings.begin(), kLibrarySettings.end(), [&](const char* path) {
          const auto content = files_.read(path, policy_.limits.max_file_bytes);
          return content && content->text().find("SECLEVEL") != std::string_view::npos;
        });
  }
  for (const char* path : kLibrarySettings) files_.count_again(path);
  return *default_level_stands_;
}

Refusal SslTrials::certificates(const std::string& ciphers, const std::string& path,
                                const std::vector<pki::Certificate>& certificates) {
  if (certificates.empty()) return std::nullopt;
  using pki::ssl::ServedDigests;
  const bool checks_digests = pki::checks_served_digests(openssl_of(policy_.build)).value_or(false);
  const ServedDigests digests =
      checks_digests ? ServedDigests::kChecked : ServedDigests::kUnchecked;
  pki::ssl::SslContext& ssl = context(ciphers);
  std::string what = "SSL_CTX_use_certificate";
  // A key that is read later has to meet its own certificate.
  pki::ssl::SslRefusal refusal = policy_.keys == KeyAccess::kNever
                                     ? ssl.would_use(certificates.front(), digests)
                                     : ssl.use_certificate(certificates.front(), digests);
  if (!refusal) {
    what = "SSL_CTX_set0_chain";
    std::vector<pki::Certificate> chain;  // PEM_read_bio_X509() skips TRUSTED CERTIFICATE
    std::copy_if(certificates.begin() + 1, certificates.end(), std::back_inserter(chain),
                 [](const auto& link) { return !link.facts().trust_annotated; });
    refusal = ssl.set_chain(chain, digests);
  }
  refusal = if_theirs_agrees(refusal);
  if (!refusal || !is_level_known(ciphers)) return std::nullopt;
  return RefusalReason{.cause = RefusalCause::kRejectedFile,
                       .path = path,
                       .message = failed(quoted(what, path), *refusal)};
}

Refusal SslTrials::command(const std::string& name, const std::string& value) {
  const auto known = commands_.find({name, value});
  if (known != commands_.end()) return known->second;
  Refusal refusal;
  auto openssl = pki::ssl::SslContext(trust::kDefaultSecurityLevel).run_command(name, value);
  if (openssl && !judges_names())
    openssl = refusal_of_command(name, value, *openssl, openssl_of(policy_.build));
  if (openssl) {
    refusal = of_value("SSL_CONF_cmd(\"" + name + "\", \"" + value + "\")", *openssl);
  }
  return commands_.emplace(std::pair(name, value), std::move(refusal)).first->second;
}

pki::ssl::CommandValue SslTrials::value_of_command(const std::string& name) {
  return context("").value_of_command(name);
}

}  // namespace mtls::audit::refusals
