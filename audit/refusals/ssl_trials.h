// What OpenSSL says of the values of a TLS context, asked of one SSL_CTX per cipher string and
// remembered for one evaluation, since hundreds of server blocks share the same few values. Where
// nginx runs on another OpenSSL release than this program, a name is judged if all releases agree
// (every_openssl.h). Pure in what the files answer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/nginx_error.h"
#include "audit/policy.h"
#include "audit/refusals/side_files.h"
#include "pki/ssl/ssl_context.h"

namespace mtls::audit::refusals {

struct RefusalReason {
  RefusalCause cause{};
  std::string path;                             // of the file, "" of a value
  std::string message;                          // nginx's up to ` in FILE:LINE`
  std::optional<base::SourceLocation> at = {};  // of the directive, set by whoever knows it
};

/// nullopt: accepted, or not known.
using Refusal = std::optional<RefusalReason>;

/// `WHAT failed (SSL: QUEUE)`, as ngx_ssl_error() puts it.
std::string failed(const std::string& what, const std::string& openssl);

class SslTrials {
 public:
  SslTrials(const Policy& policy, SideFiles& files) : policy_(policy), files_(files) {}

  Refusal ciphers(const std::string& list);
  Refusal curves(const std::string& list);
  /// Of leaf and chain, the first refusal (R2.39, R2.40).
  Refusal certificates(const std::string& ciphers, const std::string& path,
                       const std::vector<pki::Certificate>& certificates);
  /// A command whose value is text; those with files are refused by what stands in the files.
  Refusal command(const std::string& name, const std::string& value);
  pki::ssl::CommandValue value_of_command(const std::string& name);

  /// The SSL_CTX with these ciphers set. Certificates used last stay in it.
  pki::ssl::SslContext& context(const std::string& ciphers);
  /// nginx runs on the OpenSSL release that this program is linked with.
  bool judges_names() const;
  /// The level is the cipher string's own, or the library's default, which openssl.cnf can change.
  bool is_level_known(const std::string& ciphers);

 private:
  struct Trial {
    pki::ssl::SslContext context;
    pki::ssl::SslRefusal refusal;  // of the cipher string
  };

  Trial& trial(const std::string& ciphers);
  pki::ssl::SslRefusal if_theirs_agrees(const pki::ssl::SslRefusal& refusal) const;

  const Policy& policy_;
  SideFiles& files_;
  std::map<std::string, Trial> trials_;  // by cipher string
  std::map<std::string, Refusal> curves_;
  std::map<std::pair<std::string, std::string>, Refusal> commands_;
  std::optional<bool> default_level_stands_;
};

}  // namespace mtls::audit::refusals
