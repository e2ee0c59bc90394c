#include "daemon/app/client_keeper.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/text.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {
namespace {

using audit::observed::Instant;

// After kill -9 so much is lost at most, and what a save takes.
constexpr std::chrono::seconds kBetweenSaves{2};
// A disk can be full for hours, and a look at a large file takes its time.
constexpr std::chrono::seconds kBetweenTries{10};
// The table itself tells within a minute whom it has forgotten. This ends what it never knew, and
// gives the room of all of them back to the disk.
constexpr std::chrono::hours kBetweenForgetting{1};

// A clock that was set back does not make anything wait.
bool is_due(const std::optional<Instant>& last, std::chrono::seconds pace, Instant now) {
  return !last || now < *last || now - *last >= pace;
}

}  // namespace

// Once for each error: a disk can be full for hours.
void ClientKeeper::tell(const std::string& error) {
  if (error != error_ && !error.empty())
    system::log::log_error("what is known of clients cannot be kept", {{"error", error}});
  if (error.empty() && !error_.empty())
    system::log::log_info("what is known of clients is kept again");
  error_ = error;
}

void ClientKeeper::restore(audit::observed::Observer& observer, bool hears_all, Instant now) {
  if (store_ || !is_due(tried_at_, kBetweenTries, now)) return;
  tried_at_ = now;
  const auto opened = open(observer, hears_all, now);
  tell(opened ? "" : opened.error().message);
  if (!opened) store_.reset();
}

// A client may have come already. What an earlier process kept of it is read only once: a second
// time would count its connections twice.
base::Result<void> ClientKeeper::open(audit::observed::Observer& observer, bool hears_all,
                                      Instant now) {
  auto store = observed::ClientStore::open(path_, {.max_clients = limits_.max_clients});
  if (!store) return tl::unexpected(store.error());
  store_.emplace(std::move(*store));
  if (!store_->set_aside().empty()) {
    system::log::log_error(
        "the file of clients was set aside",
        {{"path", base::sanitize(path_, base::kMaxPathBytes)}, {"reason", store_->set_aside()}});
  }
  if (auto forgot = forget(now); !forgot) return forgot;
  if (is_loaded_) {
    observer.clients().put_back(observer.clients().all(), {});
    return {};
  }
  auto clients = store_->load();
  if (!clients) return tl::unexpected(clients.error());
  observer.remember(std::move(*clients), store_->since(),
                    hears_all ? store_->complete_since() : std::nullopt);
  is_loaded_ = true;
  return {};
}

base::Result<void> ClientKeeper::forget(Instant now) {
  forgot_at_ = now;
  return store_->forget_before(std::chrono::floor<std::chrono::seconds>(now) - limits_.window);
}

void ClientKeeper::save(audit::observed::Observer& observer, Instant now) {
  if (!is_due(saved_at_, kBetweenSaves, now)) return;
  saved_at_ = now;
  save_now(observer);
  if (!store_ || !error_.empty() || !is_due(forgot_at_, kBetweenForgetting, now)) return;
  if (const auto forgot = forget(now); !forgot) tell(forgot.error().message);
}

// Opened anew, it is set aside if it has to be.
void ClientKeeper::close_if_damaged(const base::Error& error) {
  if (error.code == base::ErrorCode::kParse) store_.reset();
}

void ClientKeeper::save_now(audit::observed::Observer& observer) {
  audit::observed::ClientTable& clients = observer.clients();
  if (!store_) {
    clients.take_gone();  // the file's own bounds end them when it can be opened
    return;
  }
  const std::vector<running::ObservedClient> changed = clients.take_changed();
  const std::vector<std::string> gone = clients.take_gone();
  const auto erased = store_->save(changed, gone);
  tell(erased ? "" : erased.error().message);
  if (!erased) {
    clients.put_back(changed, gone);
    return close_if_damaged(erased.error());
  }
  if (!erased->empty()) observer.lose();
  for (const std::string& fingerprint : *erased) {
    if (fingerprint == "*") {
      clients.clear();
    } else {
      clients.erase(audit::observed::fingerprint_in(fingerprint));
    }
  }
}

void ClientKeeper::close(audit::observed::Observer& observer) {
  save_now(observer);
  if (!store_ || !error_.empty()) return;
  const auto closed = store_->close(observer.complete_since());
  if (!closed) tell(closed.error().message);
}

}  // namespace mtls::daemon::app
