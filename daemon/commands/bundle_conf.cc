#include "daemon/commands/bundle_conf.h"

namespace mtls::daemon::commands {
namespace {

// Quotes a word as nginx reads it (ngx_conf_read_token()).
std::string quoted(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace

// With ssl_reject_handshake the block needs no certificate of its own (nginx 1.19.4).
BundleConf::BundleConf(const std::string& bundle, base::FileSystem& disk)
    : text_(
          "error_log stderr info; events { }\n"
          "http { server { listen 443 ssl; ssl_reject_handshake on;\n"
          "ssl_protocols TLSv1.2 TLSv1.3; "
          "ssl_verify_client on; ssl_verify_depth 9; ssl_client_certificate " +
          quoted(bundle) + ";\n} }\n"),
      disk_(disk) {}

base::Result<base::FileContent> BundleConf::read(const std::string& path, std::size_t limit) {
  if (path != kPath) return disk_.read(path, limit);
  return base::FileContent{.bytes = {text_.begin(), text_.end()}, .stamp = {}};
}

base::Result<std::vector<std::string>> BundleConf::glob(const std::string& pattern) {
  return disk_.glob(pattern);
}

base::Result<base::FileStamp> BundleConf::stat(const std::string& path) {
  if (path != kPath) return disk_.stat(path);
  return base::FileStamp{};
}

}  // namespace mtls::daemon::commands
