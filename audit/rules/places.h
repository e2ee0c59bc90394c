// Which file and which directive a finding is about: the file that a certificate or CRL comes from,
// the directive that names a file, and the one beside which a missing directive belongs. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {

/// Of the `member`-th certificate of a trust store; "": nobody knows.
std::string file_of_index(const trust::TrustContent& content, std::size_t member);
/// Of the `member`-th one of the view's.
std::string file_of_member(const ServerView& view, std::size_t member);
/// Of a certificate of the store, or of one whose name is sent to clients.
std::string file_of_ca(const ServerView& view, const pki::CertificateFacts& facts);
std::string file_of_crl(const ServerView& view, const pki::RevocationListFacts& list);
/// Where the clients' CAs stand, or the first of several such files; "" where there is none.
std::string client_ca_file(const ServerView& view);

/// The first directive of the server block or upstream that leads to the file.
std::optional<base::SourceLocation> naming_directive(const config::TlsContext& server,
                                                     const std::string& path);
std::optional<base::SourceLocation> naming_directive(const config::UpstreamTlsContext& upstream,
                                                     const std::string& path);

/// The first directive of the whole configuration that names a file.
class NamingDirectives {
 public:
  explicit NamingDirectives(const config::ResolvedConfig& resolved) : resolved_(resolved) {}

  /// nullopt: none does, as of an included file of the configuration.
  std::optional<base::SourceLocation> of(const std::string& path);

 private:
  const config::ResolvedConfig& resolved_;
  std::optional<std::map<std::string, base::SourceLocation>> by_path_;  // once it is asked for
};

/// The directive `name` that stands in `block` itself and has `word` among its arguments; "": any.
std::optional<base::SourceLocation> directive_in(const config::syntax::Directive& block,
                                                 std::string_view name, std::string_view word);
/// Where a directive is missing: the one beside which it belongs, ssl_verify_client, else the first
/// listen, else the block.
base::SourceLocation place_beside(const config::TlsContext& server);

}  // namespace mtls::audit::rules
