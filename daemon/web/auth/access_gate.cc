#include "daemon/web/auth/access_gate.h"

#include <algorithm>
#include <boost/beast/http/field.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "daemon/web/auth/basic_auth.h"

namespace mtls::daemon::web::auth {
namespace {

namespace beast = boost::beast;

// Two fields would be two claims, and nobody knows which one a proxy in front has checked.
std::optional<Credentials> credentials_of(const http::RequestHead& request) {
  if (request.count(beast::http::field::authorization) != 1) return std::nullopt;
  const auto value = request[beast::http::field::authorization];
  return parse_basic_auth({value.data(), value.size()});
}

// Fits no password, but takes as long as the hash of an existing user, so that the response time
// does not reveal which users exist.
std::string hash_of_nobody(const std::map<std::string, std::string>& users) {
  constexpr std::size_t kSettings = 7;  // "$2b$10$"
  constexpr std::size_t kRest = 53;
  const auto slowest = std::max_element(
      users.begin(), users.end(),
      [](const auto& a, const auto& b) { return a.second.substr(4, 2) < b.second.substr(4, 2); });
  return slowest->second.substr(0, kSettings) + std::string(kRest, '.');
}

int refusal_of(PasswordCheck::Outcome outcome) {
  switch (outcome) {
    case PasswordCheck::Outcome::kFits: return 0;
    case PasswordCheck::Outcome::kTooBusy: return 503;
    case PasswordCheck::Outcome::kDoesNotFit: break;
  }
  return 401;
}

}  // namespace

AccessGate::AccessGate(std::unique_ptr<LiveWebConfig> config, PasswordCheck::Post post)
    : config_(std::move(config)) {
  if (config_) passwords_.emplace(std::move(post));
}

std::shared_ptr<tls::TlsContext> AccessGate::tls() {
  if (!config_) return nullptr;
  config_->refresh();
  return config_->tls();
}

void AccessGate::admit(const http::RequestHead& request, Done done) {
  if (!config_) return done({});
  config_->refresh();
  const settings::WebConfig* config = config_->config();
  if (config == nullptr) return done({.refusal = 500, .headers = {}});
  if (!within_rate(config->rate_limit)) return done({.refusal = 429, .headers = {}});
  if (config->users.empty()) return done({.refusal = 0, .headers = config->headers});
  authenticate(*config, request, std::move(done));
}

void AccessGate::stop() {
  if (passwords_) passwords_->stop();
}

// A changed limit begins with a full bucket.
bool AccessGate::within_rate(const std::optional<settings::RateLimit>& limit) {
  if (!limit) {
    bucket_.reset();
    return true;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!bucket_ || bucket_->limit() != *limit) bucket_.emplace(*limit, now);
  return bucket_->take(now);
}

void AccessGate::authenticate(const settings::WebConfig& config, const http::RequestHead& request,
                              Done done) {
  std::optional<Credentials> credentials = credentials_of(request);
  if (!credentials) return done({.refusal = 401, .headers = config.headers});
  const auto known = config.users.find(credentials->user);
  const bool is_known = known != config.users.end();
  const std::string hash = is_known ? known->second : hash_of_nobody(config.users);
  passwords_->ask(
      {.user = std::move(credentials->user),
       .hash = hash,
       .password = std::move(credentials->password)},
      [is_known, headers = config.headers, done = std::move(done)](PasswordCheck::Outcome outcome) {
        if (!is_known && outcome == PasswordCheck::Outcome::kFits) {
          outcome = PasswordCheck::Outcome::kDoesNotFit;
        }
        done({.refusal = refusal_of(outcome), .headers = headers});
      });
}

}  // namespace mtls::daemon::web::auth
