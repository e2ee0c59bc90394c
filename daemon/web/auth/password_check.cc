#include "daemon/web/auth/password_check.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>

namespace mtls::daemon::web::auth {
namespace {

using Digest = std::array<unsigned char, 32>;

// The oldest digest is forgotten first.
class DigestSet {
 public:
  bool contains(const Digest& digest) const { return digests_.contains(digest); }
  void add(const Digest& digest) {
    if (!digests_.insert(digest).second) return;
    order_.push_back(digest);
    if (order_.size() <= PasswordCheck::kMaxRemembered) return;
    digests_.erase(order_.front());
    order_.pop_front();
  }

 private:
  std::set<Digest> digests_;
  std::deque<Digest> order_;
};

// The results so far, by a keyed digest of user, hash and password. A dump of the memory reveals
// passwords no faster than the hash itself would.
class Remembered {
 public:
  /// nullopt: OpenSSL got no memory. Then nothing is known about the question, and nothing may be
  /// remembered under this digest, because all such questions would share it.
  std::optional<Digest> digest_of(const PasswordQuestion& question) {
    if (!has_key_) has_key_ = RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1;
    if (!has_key_) return std::nullopt;
    base::FileBytes text;
    append(text, question.user);
    append(text, question.hash);
    append(text, {question.password.data(), question.password.size()});
    Digest digest{};
    const unsigned char* made = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size(), digest.data(), nullptr);
    if (made == nullptr) return std::nullopt;
    return digest;
  }

  std::optional<PasswordCheck::Outcome> find(const Digest& digest) const {
    if (right_.contains(digest)) return PasswordCheck::Outcome::kFits;
    if (wrong_.contains(digest)) return PasswordCheck::Outcome::kDoesNotFit;
    return std::nullopt;
  }

  void add(const Digest& digest, PasswordCheck::Outcome outcome) {
    (outcome == PasswordCheck::Outcome::kFits ? right_ : wrong_).add(digest);
  }

 private:
  // Each part is preceded by its length, so that no two questions give the same text.
  static void append(base::FileBytes& text, std::string_view part) {
    const std::string length = std::to_string(part.size()) + ":";
    text.insert(text.end(), length.begin(), length.end());
    text.insert(text.end(), part.begin(), part.end());
  }

  Digest key_{};
  bool has_key_ = false;
  DigestSet right_;
  DigestSet wrong_;
};

struct OpenQuestion {
  std::optional<PasswordQuestion> question;  // nullopt: being computed
  PasswordCheck::Done done;
};

}  // namespace

struct PasswordCheck::Shared {
  explicit Shared(Post asker) : post(std::move(asker)) {}

  const Post post;  // only called under the mutex
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  std::deque<OpenQuestion> open;  // the first is the one being computed
  Remembered remembered;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopped || !open.empty(); });
      if (stopped) return;
      const PasswordQuestion question = *std::exchange(open.front().question, std::nullopt);
      const std::optional<Digest> digest = remembered.digest_of(question);
      lock.unlock();
      const Outcome outcome = password_fits(question) ? Outcome::kFits : Outcome::kDoesNotFit;
      lock.lock();
      if (stopped) return;  // the question was dropped
      if (digest) remembered.add(*digest, outcome);
      Done done = std::move(open.front().done);
      open.pop_front();
      post([outcome, done = std::move(done)] { done(outcome); });
    }
  }
};

// crypt_r(3) ends a password at a NUL, so no password with a NUL fits.
bool password_fits(const PasswordQuestion& question) {
  base::FileBytes password = question.password;
  if (std::find(password.begin(), password.end(), '\0') != password.end()) return false;
  password.push_back('\0');
  const auto scratch = std::make_unique<crypt_data>();
  const char* computed = ::crypt_r(password.data(), question.hash.c_str(), scratch.get());
  const bool fits = computed != nullptr && std::strlen(computed) == question.hash.size() &&
                    CRYPTO_memcmp(computed, question.hash.data(), question.hash.size()) == 0;
  OPENSSL_cleanse(scratch.get(), sizeof(crypt_data));
  return fits;
}

PasswordCheck::PasswordCheck(Post post) : shared_(std::make_shared<Shared>(std::move(post))) {
  std::thread([shared = shared_] {
    sigset_t all;  // signals are for the main thread
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), "passwords");
    shared->work();
  }).detach();
}

void PasswordCheck::ask(PasswordQuestion question, Done done) {
  std::unique_lock lock(shared_->mutex);
  const std::optional<Digest> digest = shared_->remembered.digest_of(question);
  std::optional<Outcome> outcome = digest ? shared_->remembered.find(*digest) : Outcome::kTooBusy;
  if (!outcome && shared_->open.size() >= kMaxOpen) outcome = Outcome::kTooBusy;
  if (!outcome) {
    shared_->open.push_back({std::move(question), std::move(done)});
    shared_->changed.notify_one();
    return;
  }
  lock.unlock();
  done(*outcome);
}

void PasswordCheck::stop() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopped = true;
  shared_->open.clear();
  shared_->changed.notify_one();
}

}  // namespace mtls::daemon::web::auth
