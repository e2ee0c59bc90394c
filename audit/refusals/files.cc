#include "audit/refusals/files.h"

#include <string_view>
#include <utility>

#include "audit/refusals/private_keys.h"
#include "audit/trust/trust.h"
#include "config/conf_path.h"
#include "pki/file_reader.h"

namespace mtls::audit::refusals {
namespace {

using config::ConfCommandKind;
using pki::FileReader;

std::string_view error_of(Presence presence) {  // strerror()
  switch (presence) {
    case Presence::kNoEntry: return "No such file or directory";
    case Presence::kNotDirectory: return "Not a directory";
    case Presence::kLoop: return "Too many levels of symbolic links";
    case Presence::kSocket: return "No such device or address";
    default: return "";
  }
}

int number_of(Presence presence) {  // errno on Linux
  switch (presence) {
    case Presence::kNoEntry: return 2;
    case Presence::kNotDirectory: return 20;
    case Presence::kLoop: return 40;
    case Presence::kSocket: return 6;
    default: return 0;
  }
}

bool opens(Presence presence) { return number_of(presence) == 0; }

// OpenSSL's error queue after a failed system call (ERR_LIB_SYS).
std::string system_queue(Presence presence, const std::string& call) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto number = static_cast<std::size_t>(number_of(presence));
  return "error:800000" + std::string{kHex[number / 16], kHex[number % 16]} +
         ":system library::" + std::string(error_of(presence)) + ":calling " + call;
}

// OpenSSL's error queue after a failed fopen(). Callers append what the BIO adds.
std::string fopen_queue(Presence presence, const std::string& path, std::string_view mode) {
  return system_queue(presence, "fopen(" + path + ", " + std::string(mode) + ")");
}

// BIO_new_file() of OpenSSL 3 treats ENXIO like a missing file.
std::string new_file_queue(Presence presence, const std::string& path, std::string_view mode) {
  const bool is_missing = presence == Presence::kNoEntry || presence == Presence::kSocket;
  return fopen_queue(presence, path, mode) + (is_missing
                                                  ? " error:10000080:BIO routines::no such file"
                                                  : " error:10080002:BIO routines::system lib");
}

RefusalReason unopened(Presence presence, const std::string& path, std::string message) {
  const bool is_missing = presence == Presence::kNoEntry;
  return {.cause = is_missing ? RefusalCause::kMissingFile : RefusalCause::kUnopenedFile,
          .path = path,
          .message = std::move(message)};
}

RefusalReason open_failed(Presence presence, const std::string& path) {  // ngx_open_file()
  return unopened(presence, path,
                  "open() \"" + path + "\" failed (" + std::to_string(number_of(presence)) + ": " +
                      std::string(error_of(presence)) + ")");
}

// For a file that opens. `message` is the whole message, as failed() makes one.
RefusalReason wrong_content(const std::string& path, std::string message) {
  return {.cause = RefusalCause::kFileContent, .path = path, .message = std::move(message)};
}

/// What a PEM loader finds at a path.
struct FoundMaterial {
  Presence presence = Presence::kUnknown;
  const pki::Material* material = nullptr;  // nullptr: it does not open, or we cannot know
};

FoundMaterial find_material(const RefusalScene& scene, const std::string& path) {
  static const pki::Material kNothing;
  const auto file = scene.material.file(&path);
  if (file == nullptr || file->settling) return {};
  if (file->material) return {Presence::kThere, file->material.get()};
  const Presence presence = scene.files.presence(file->seen);
  return {presence, presence == Presence::kDirectory ? &kNothing : nullptr};
}

std::string quoted(std::string_view what, const std::string& value) {
  return std::string(what) + "(\"" + value + "\")";
}

// ngx_ssl_load_certificate(), and since 1.27.2 all callers of ngx_ssl_cache_fetch().
Refusal cached_refusal(std::string_view object, const std::string& path, const FoundMaterial& found,
                       FileReader reader) {
  const std::string what = "cannot load " + std::string(object) + " \"" + path + "\": ";
  if (!opens(found.presence)) {
    return unopened(found.presence, path,
                    failed(what + "BIO_new_file()", new_file_queue(found.presence, path, "r")));
  }
  if (found.material == nullptr) return std::nullopt;
  const auto error = pki::read_error(*found.material, reader);
  if (!error) return std::nullopt;
  return wrong_content(path, failed(what + std::string(error->function), error->openssl));
}

constexpr const char* kStoreFailed = " error:05880002:x509 certificate routines::system lib";
constexpr const char* kStoreFailedLate = " error:05880020:x509 certificate routines::BIO lib";

// SSL_CTX_load_verify_locations() and X509_LOOKUP_load_file(), which nginx called before 1.27.2.
Refusal store_refusal(const RefusalScene& scene, std::string_view function, const std::string& path,
                      const FoundMaterial& found) {
  if (!opens(found.presence)) {
    const bool is_late = openssl_of(scene.policy.build) >= pki::kOpenssl35;
    return unopened(
        found.presence, path,
        failed(quoted(function, path), new_file_queue(found.presence, path, "r") +
                                           (is_late ? kStoreFailedLate : kStoreFailed)));
  }
  if (found.material == nullptr) return std::nullopt;
  const auto error = pki::read_error(*found.material, FileReader::kStoreFile);
  if (!error) return std::nullopt;
  return wrong_content(path, failed(quoted(function, path), error->openssl));
}

Refusal names_refusal(const std::string& path, const FoundMaterial& found) {
  if (found.material == nullptr) return std::nullopt;
  const auto error = pki::read_error(*found.material, FileReader::kCaNames);
  if (!error) return std::nullopt;
  return wrong_content(path, failed(quoted("SSL_load_client_CA_file", path), error->openssl));
}

Refusal key_presence_refusal(const RefusalScene& scene, const std::string& path) {
  const Presence presence = scene.files.presence(scene.files.look(path));
  const std::string what = "cannot load certificate key \"" + path + "\": ";
  if (!opens(presence)) {
    return unopened(presence, path,
                    failed(what + "BIO_new_file()", new_file_queue(presence, path, "r")));
  }
  if (presence != Presence::kDirectory) return std::nullopt;
  return unopened(presence, path,
                  failed(what + "PEM_read_bio_PrivateKey()",
                         "error:1E08010C:DECODER routines::unsupported:No supported data to "
                         "decode. Input type: PEM"));
}

// ngx_ssl_load_certificate_key(). A key that an engine or a store holds is not judged.
Refusal pathless_key_refusal(const RefusalScene& scene, const Identity& identity,
                             CertificateState state) {
  constexpr std::string_view kEngine = "engine:";
  static const std::string kData = "data:";
  const std::string& text = std::get<config::RuntimePath>(identity.key).text;
  if (text.starts_with(kEngine) && text.find(':', kEngine.size()) == std::string::npos) {
    return RefusalReason{.cause = RefusalCause::kValue,
                         .path = {},
                         .message = "cannot load certificate key \"" + text + "\": invalid syntax"};
  }
  if (!text.starts_with(kData) || scene.policy.keys == KeyAccess::kNever) return std::nullopt;
  return key_content_refusal(scene, {.path = kData,
                                     .inlined = std::string_view(text).substr(kData.size()),
                                     .password_file = identity.password_file,
                                     .ciphers = identity.ciphers,
                                     .certificate = state});
}

Refusal key_refusal(const RefusalScene& scene, const Identity& identity, CertificateState state) {
  if (std::holds_alternative<config::RuntimePath>(identity.key)) {
    return pathless_key_refusal(scene, identity, state);
  }
  const std::string& path = *static_path(identity.key);
  if (auto refusal = key_presence_refusal(scene, path)) return refusal;
  if (scene.policy.keys == KeyAccess::kNever) return std::nullopt;
  return key_content_refusal(scene, {.path = path,
                                     .password_file = identity.password_file,
                                     .ciphers = identity.ciphers,
                                     .certificate = state});
}

// The text of a `data:` certificate, as nginx reads it from the configuration.
std::optional<pki::Material> inline_material(const config::FileRef& certificate,
                                             pki::OpensslRelease release) {
  constexpr std::string_view kData = "data:";
  const auto* runtime = std::get_if<config::RuntimePath>(&certificate);
  if (runtime == nullptr || !runtime->text.starts_with(kData)) return std::nullopt;
  return pki::parse_material(std::string_view(runtime->text).substr(kData.size()), release);
}

/// How messages name a certificate. `path` is empty for a `data:` value.
struct CertificateName {
  std::string text;
  std::string path;
};

Refusal certificate_refusal(const RefusalScene& scene, const std::string& ciphers,
                            const CertificateName& named, const FoundMaterial& found) {
  auto refusal = cached_refusal("certificate", named.text, found, FileReader::kCertificateChain);
  if (!refusal && found.material != nullptr) {
    refusal = scene.trials.certificates(ciphers, named.text, found.material->certificates);
  }
  if (refusal) refusal->path = named.path;
  return refusal;
}

// OpenSSL's error queue after SSL_CONF_cmd() has read the file; empty when it accepts the content.
// The commands that are not named here accept nearly any text.
std::string command_file_queue(const RefusalScene& scene, ConfCommandKind kind,
                               const std::string& path) {
  const bool is_store =
      kind == ConfCommandKind::kVerifyCaFile || kind == ConfCommandKind::kChainCaFile;
  const bool is_chain = kind == ConfCommandKind::kCertificate;
  if (!is_store && !is_chain) return "";
  const auto content = scene.files.read(path, scene.policy.limits.max_file_bytes);
  pki::Material material;
  if (content) {
    material = pki::parse_material(content->text(), openssl_of(scene.policy.build));
  } else if (scene.files.presence(scene.files.look(path)) != Presence::kDirectory) {
    return "";
  }
  const auto error =
      pki::read_error(material, is_store ? FileReader::kStoreFile : FileReader::kCertificateChain);
  return error ? error->openssl : "";
}

/// An ssl_conf_command whose value is a path.
struct CommandFile {
  ConfCommandKind kind;
  std::string path;
  bool is_directory;
};

// SSL_add_dir_cert_subjects_to_stack() opens its directory at once. The other directories are read
// when a chain is built.
Presence presence_of(const RefusalScene& scene, const CommandFile& file) {
  if (file.is_directory && file.kind != ConfCommandKind::kClientCaPath) return Presence::kUnknown;
  const Presence presence = scene.files.presence(scene.files.look(file.path));
  const bool is_file = presence == Presence::kThere && file.is_directory;
  return is_file ? Presence::kNotDirectory : presence;
}

// OpenSSL's error queue after the command; empty when nothing is wrong with the file.
std::string command_queue(const RefusalScene& scene, const CommandFile& file, Presence presence) {
  if (opens(presence)) {
    return file.is_directory ? "" : command_file_queue(scene, file.kind, file.path);
  }
  if (!file.is_directory) return fopen_queue(presence, file.path, "r");
  return system_queue(presence, "OPENSSL_dir_read(" + file.path + ")") +
         " error:0A080002:SSL routines::system lib";
}

}  // namespace

Refusal trust_file_refusal(const RefusalScene& scene, const std::string& path, TrustUse use) {
  const FoundMaterial found = find_material(scene, path);
  if (scene.policy.build.loads_ca_by_pem_read()) {
    return use == TrustUse::kCrl ? cached_refusal("CRL", path, found, FileReader::kCrlList)
                                 : cached_refusal("certificate", path, found, FileReader::kCaList);
  }
  if (use == TrustUse::kCrl) return store_refusal(scene, "X509_LOOKUP_load_file", path, found);
  auto refusal = store_refusal(scene, "SSL_CTX_load_verify_locations", path, found);
  return refusal || use != TrustUse::kClient ? refusal : names_refusal(path, found);
}

Refusal identity_refusal(const RefusalScene& scene, const Identity& identity) {
  const std::optional<pki::Material> inlined =
      inline_material(identity.certificate, openssl_of(scene.policy.build));
  const std::string* path = static_path(identity.certificate);
  if (!inlined && path == nullptr) return std::nullopt;
  const CertificateName named{
      .text = inlined ? std::get<config::RuntimePath>(identity.certificate).text : *path,
      .path = inlined ? "" : *path};
  const FoundMaterial found =
      inlined ? FoundMaterial{Presence::kThere, &*inlined} : find_material(scene, *path);
  auto refusal = certificate_refusal(scene, identity.ciphers, named, found);
  if (refusal) {
    refusal->at = identity.certificate_at;
    return refusal;
  }
  const bool is_known = found.material != nullptr;
  refusal =
      key_refusal(scene, identity, is_known ? CertificateState::kUsed : CertificateState::kUnknown);
  if (refusal) refusal->at = identity.key_at;
  return refusal;
}

Refusal dhparam_refusal(const RefusalScene& scene, const std::string& path,
                        const std::string& ciphers) {
  const auto content = scene.files.read(path, scene.policy.limits.max_file_bytes);
  const Presence presence =
      content ? Presence::kThere : scene.files.presence(scene.files.look(path));
  if (!opens(presence)) {
    return unopened(presence, path,
                    failed(quoted("BIO_new_file", path), new_file_queue(presence, path, "r")));
  }
  if (presence == Presence::kUnknown) return std::nullopt;
  pki::ssl::SslContext& ssl = scene.trials.context(ciphers);
  if (const auto openssl = ssl.read_dh_parameters(content ? content->text() : "")) {
    return wrong_content(path, failed(quoted("PEM_read_bio_DHparams", path), *openssl));
  }
  const auto openssl = ssl.use_dh_parameters();
  if (!openssl || !scene.trials.is_level_known(ciphers)) return std::nullopt;
  return RefusalReason{.cause = RefusalCause::kRejectedFile,
                       .path = path,
                       .message = failed(quoted("SSL_CTX_set_tmp_dh", path), *openssl)};
}

Refusal stapling_file_refusal(const RefusalScene& scene, const std::string& path) {
  const auto content = scene.files.read(path, scene.policy.limits.max_file_bytes);
  const Presence presence =
      content ? Presence::kThere : scene.files.presence(scene.files.look(path));
  if (!opens(presence)) {
    return unopened(presence, path,
                    failed(quoted("BIO_new_file", path), new_file_queue(presence, path, "rb")));
  }
  if (presence == Presence::kUnknown) return std::nullopt;
  const std::string what = quoted("d2i_OCSP_RESPONSE_bio", path);
  if (presence == Presence::kDirectory) {
    return unopened(presence, path,
                    failed(what,
                           "error:80000015:system library::Is a directory:calling fread() "
                           "error:10080002:BIO routines::system lib error:0680008E:asn1 encoding "
                           "routines::not enough data"));
  }
  const auto openssl = pki::ssl::read_ocsp_response(content->text());
  if (!openssl) return std::nullopt;
  return wrong_content(path, failed(what, *openssl));
}

// ngx_ssl_session_ticket_keys() checks only the size that the file reports, even for a directory.
Refusal ticket_key_refusal(const RefusalScene& scene, const std::string& path) {
  constexpr std::uint64_t kAes128Bytes = 48;
  constexpr std::uint64_t kAes256Bytes = 80;
  const base::Sighting& seen = scene.files.look(path);
  const Presence presence = scene.files.presence(seen);
  if (!opens(presence)) return open_failed(presence, path);
  if (presence == Presence::kUnknown) return std::nullopt;
  const std::uint64_t size = seen.stamp ? seen.stamp->size : 0;
  if (size == kAes128Bytes || size == kAes256Bytes) return std::nullopt;
  return wrong_content(path, "\"" + path + "\" must be 48 or 80 bytes");
}

// ngx_ssl_read_password_file().
Refusal password_file_refusal(const RefusalScene& scene, const std::string& path) {
  const Presence presence = scene.files.presence(scene.files.look(path));
  if (!opens(presence)) return open_failed(presence, path);
  if (presence == Presence::kDirectory) {
    return unopened(presence, path, "read() \"" + path + "\" failed (21: Is a directory)");
  }
  if (scene.policy.keys == KeyAccess::kNever) return std::nullopt;
  return password_content_refusal(scene, path);
}

// ngx_load_module(), with what glibc's dlopen() says. Whether the file is such a module is not
// judged.
Refusal module_refusal(const RefusalScene& scene, const std::string& path) {
  const Presence presence = scene.files.presence(scene.files.look(path));
  if (opens(presence)) return std::nullopt;
  return unopened(presence, path,
                  "dlopen() \"" + path + "\" failed (" + path +
                      ": cannot open shared object file: " + std::string(error_of(presence)) + ")");
}

// ngx_ssl_conf_commands().
Refusal command_refusal(const RefusalScene& scene, const config::ConfCommand& command) {
  using pki::ssl::CommandValue;
  const CommandValue value = scene.trials.value_of_command(command.name);
  if (value == CommandValue::kText) return scene.trials.command(command.name, command.value);
  if (value == CommandValue::kStore) return std::nullopt;
  const CommandFile file{.kind = command.kind,
                         .path = config::full_path(command.value, scene.policy.nginx_conf),
                         .is_directory = value == CommandValue::kDirectory};
  const Presence presence = presence_of(scene, file);
  const std::string queue = command_queue(scene, file, presence);
  if (queue.empty()) return std::nullopt;
  std::string message =
      failed("SSL_CONF_cmd(\"" + command.name + "\", \"" + file.path + "\")",
             queue + " error:0A000180:SSL routines::bad value:cmd=" + command.name +
                 ", value=" + file.path);
  return opens(presence) ? wrong_content(file.path, std::move(message))
                         : unopened(presence, file.path, std::move(message));
}

}  // namespace mtls::audit::refusals
