#include "daemon/web/gate.h"

#include <algorithm>
#include <boost/beast/http/field.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "daemon/web/basic_auth.h"

namespace mtls::daemon {
namespace {

namespace http = boost::beast::http;

// Two would be two claims; which one a proxy in front looked at, nobody knows.
std::optional<Credentials> credentials_of(const RequestHead& request) {
  if (request.count(http::field::authorization) != 1) return std::nullopt;
  const auto value = request[http::field::authorization];
  return parse_basic_auth({value.data(), value.size()});
}

// Fits no password, and takes as long as the hash of a user who is there: the time of an answer
// does not tell who is.
std::string hash_of_nobody(const std::map<std::string, std::string>& users) {
  constexpr std::size_t kSettings = 7;  // "$2b$10$"
  constexpr std::size_t kRest = 53;
  const auto slowest = std::max_element(
      users.begin(), users.end(),
      [](const auto& a, const auto& b) { return a.second.substr(4, 2) < b.second.substr(4, 2); });
  return slowest->second.substr(0, kSettings) + std::string(kRest, '.');
}

int refusal_of(PasswordCheck::Answer answer) {
  switch (answer) {
    case PasswordCheck::Answer::kFits: return 0;
    case PasswordCheck::Answer::kTooBusy: return 503;
    case PasswordCheck::Answer::kDoesNotFit: break;
  }
  return 401;
}

}  // namespace

Gate::Gate(std::unique_ptr<LiveWebConfig> config, PasswordCheck::Post post)
    : config_(std::move(config)) {
  if (config_) passwords_.emplace(std::move(post));
}

std::shared_ptr<TlsContext> Gate::tls() {
  if (!config_) return nullptr;
  config_->refresh();
  return config_->tls();
}

void Gate::admit(const RequestHead& request, Done done) {
  if (!config_) return done({});
  config_->refresh();
  const WebConfig* config = config_->config();
  if (config == nullptr) return done({.refusal = 500, .headers = {}});
  if (!within_rate(config->rate_limit)) return done({.refusal = 429, .headers = {}});
  if (config->users.empty()) return done({.refusal = 0, .headers = config->headers});
  authenticate(*config, request, std::move(done));
}

void Gate::stop() {
  if (passwords_) passwords_->stop();
}

// A limit that was changed begins with a full bucket.
bool Gate::within_rate(const std::optional<RateLimit>& limit) {
  if (!limit) {
    bucket_.reset();
    return true;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!bucket_ || bucket_->limit() != *limit) bucket_.emplace(*limit, now);
  return bucket_->take(now);
}

void Gate::authenticate(const WebConfig& config, const RequestHead& request, Done done) {
  std::optional<Credentials> credentials = credentials_of(request);
  if (!credentials) return done({.refusal = 401, .headers = config.headers});
  const auto known = config.users.find(credentials->user);
  const bool is_known = known != config.users.end();
  const std::string hash = is_known ? known->second : hash_of_nobody(config.users);
  passwords_->ask(
      {.user = std::move(credentials->user),
       .hash = hash,
       .password = std::move(credentials->password)},
      [is_known, headers = config.headers, done = std::move(done)](PasswordCheck::Answer answer) {
        if (!is_known && answer == PasswordCheck::Answer::kFits) {
          answer = PasswordCheck::Answer::kDoesNotFit;
        }
        done({.refusal = refusal_of(answer), .headers = headers});
      });
}

}  // namespace mtls::daemon
