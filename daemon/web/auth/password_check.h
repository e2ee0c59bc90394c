// Checks passwords against bcrypt hashes on a thread of its own, because a hash is slow on purpose
// (cost 10: about 50 ms). One at a time, with a short queue; results are remembered, passwords are
// not. Knows no HTTP and no users.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::web::auth {

struct PasswordQuestion {
  std::string user;          // results are remembered per user
  std::string hash;          // for which is_bcrypt() is true
  base::FileBytes password;  // wiped from memory with the object
};

/// Blocks as long as the hash takes; compares in constant time.
bool password_fits(const PasswordQuestion& question);

class PasswordCheck {
 public:
  enum class Outcome { kFits, kDoesNotFit, kTooBusy };
  using Done = std::function<void(Outcome)>;
  /// Runs its argument on the thread that asks.
  using Post = std::function<void(std::function<void()>)>;

  /// Waiting or being computed.
  static constexpr std::size_t kMaxOpen = 16;
  /// Results remembered, of each kind, so that wrong guesses do not push out right passwords.
  static constexpr std::size_t kMaxRemembered = 256;

  /// Throws std::system_error if no thread is left.
  explicit PasswordCheck(Post post);
  ~PasswordCheck() { stop(); }
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;

  /// Calls `done` before it returns if the result is remembered or too many questions are open,
  /// otherwise later through `post`.
  void ask(PasswordQuestion question, Done done);

  /// Drops the open questions with their passwords; nothing is posted from then on. Does not wait
  /// for the hash that is being computed, which may take hours if its cost is high.
  void stop();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // shared with the thread, which may outlive this object
};

}  // namespace mtls::daemon::web::auth
