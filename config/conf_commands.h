// ssl_conf_command and its kin: what each command means, and what all of them take over from
// nginx's own directives (R3.6, R3.14). OpenSSL runs them after all of nginx's directives, so
// theirs is the last word. Plain values; how they come about is config/tls/conf_commands.h. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/setting.h"

namespace mtls::config {

/// The commands that something here depends on. SSL_CONF_cmd() ignores the case of their names, and
/// `RequestCA…` is another name for `ClientCA…`.
enum class ConfCommandKind {
  kOther,
  kVerifyMode,
  kVerifyCaFile,
  kVerifyCaPath,
  kVerifyCaStore,
  kClientCaFile,
  kClientCaPath,
  kClientCaStore,
  kChainCaFile,
  kCertificate,
  kCipherString,
};

struct ConfCommand {
  std::string name;  // both as written
  std::string value;
  ConfCommandKind kind = ConfCommandKind::kOther;
  bool overrides_trust = false;  // whom nginx's own directives trust is not the whole truth (R3.6)
  DirectiveRef directive = {};

  bool operator==(const ConfCommand&) const = default;
};

using ConfCommands = std::vector<ConfCommand>;

/// Paths as nginx opens them: all are StaticPaths.
struct ConfOverrides {
  /// VerifyCAFile: a store of their own, without ssl_crl's flags, in place of nginx's.
  std::vector<NamedFile> store_files = {};
  /// VerifyCAPath, VerifyCAStore: what that store finds is known only when it looks.
  bool store_is_open = false;
  /// ClientCAFile, RequestCAFile: their subjects are advertised when nginx advertises none.
  std::vector<NamedFile> name_files = {};
  /// Certificate: the last one is shown, in place of nginx's own of its kind.
  std::optional<NamedFile> certificate = {};
  /// CipherString: the last one replaces the cipher string.
  std::optional<std::string> cipher_string = {};
  /// The last `@SECLEVEL=n` of a CipherString.
  std::optional<int> security_level = {};
  /// A certificate is asked for: ssl_verify_client, or VerifyMode. As a client of a backend: it is
  /// verified, by nginx or, with VerifyMode whichever its words, by OpenSSL alone, which looks at
  /// the chain and not at the name, and ends the handshake.
  bool requests = false;
  /// VerifyMode Require: where one is asked for, a handshake without one fails.
  bool fails_without = false;

  bool demands() const { return requests && fails_without; }
  bool replaces_store() const { return !store_files.empty() || store_is_open; }
  bool operator==(const ConfOverrides&) const = default;
};

}  // namespace mtls::config
