// A web server in this process that serves the test site by a web-config.yml.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "daemon/system/disk.h"
#include "daemon/web/auth/live_web_config.h"
#include "tests/support/child_process.h"
#include "tests/support/web_files.h"
#include "tests/support/wire/http_client.h"
#include "tests/support/wire/tls_connection.h"
#include "tests/unit/daemon/web/test_site.h"

namespace mtls::daemon::testing {

using namespace std::chrono_literals;
using mtls::testing::authority;
using mtls::testing::base64;
using mtls::testing::bcrypt_hash;
using mtls::testing::client;
using mtls::testing::eventually;
using mtls::testing::kPair;
using mtls::testing::mint_now;
using mtls::testing::Minted;
using mtls::testing::named;
using mtls::testing::now;
using mtls::testing::run_in;
using mtls::testing::TempDir;
using mtls::testing::TlsClient;
using mtls::testing::TlsConnection;
using mtls::testing::users;
using mtls::testing::verifying;
using mtls::testing::WebFiles;
using mtls::testing::with_certificate;
using std::chrono::milliseconds;

inline const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";

/// Serves by files.dir/w.yml from its construction on.
struct GuardedServer {
  explicit GuardedServer(const WebFiles& files, const web::WebOptions& options = {})
      : web(options, opened(disk, files.dir.path("w.yml"))) {}

  static std::unique_ptr<web::auth::LiveWebConfig> opened(system::Disk& disk,
                                                          const std::string& path) {
    auto config = web::auth::LiveWebConfig::open(disk, path);
    if (!config) throw std::runtime_error(config.error().message);
    return std::move(*config);
  }

  /// 200, another status, or 0 when there was no answer; on a connection of its own.
  int scrape(const TlsClient& client = {}) const {
    return TlsConnection(web.port, client).ask(kScrape).status;
  }

  system::Disk disk;
  mtls::testing::TestServer web;
};

}  // namespace mtls::daemon::testing
