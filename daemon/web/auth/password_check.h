// Whether a password fits a bcrypt hash, found out beside the web thread: a hash is slow on purpose
// (cost 10: some 50 ms). One at a time, a short queue, and what was found out is remembered,
// without the password. Knows no HTTP and no users.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::web::auth {

struct PasswordQuestion {
  std::string user;          // answers are remembered for one user
  std::string hash;          // that is_bcrypt()
  base::FileBytes password;  // wiped from memory with the object
};

/// Blocks for as long as the hash takes; compares in constant time.
bool password_fits(const PasswordQuestion& question);

class PasswordCheck {
 public:
  enum class Outcome { kFits, kDoesNotFit, kTooBusy };
  using Done = std::function<void(Outcome)>;
  /// Has its argument run on the thread that asks.
  using Post = std::function<void(std::function<void()>)>;

  /// Waiting or being computed.
  static constexpr std::size_t kMaxOpen = 16;
  /// Answers remembered, of each kind: wrong guesses do not drive out right passwords.
  static constexpr std::size_t kMaxRemembered = 256;

  /// Throws std::system_error when there is no thread left.
  explicit PasswordCheck(Post post);
  ~PasswordCheck() { stop(); }
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;

  /// `done` before it returns when the answer is remembered or too many questions are open, else by
  /// `post`.
  void ask(PasswordQuestion question, Done done);

  /// Drops the open questions and what was given for them; from then on nothing is posted. Does not
  /// wait for the hash that is being computed, which may take hours by its cost.
  void stop();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // the thread's too, which may outlive this object
};

}  // namespace mtls::daemon::web::auth
