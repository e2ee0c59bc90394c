#include "daemon/app/client_keeper.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {
namespace {

// After kill -9 so much is lost at most, and what a save takes.
constexpr std::chrono::seconds kBetweenSaves{2};

}  // namespace

// Once for each error: a disk can be full for hours.
void ClientKeeper::tell(const std::string& error) {
  if (error != error_ && !error.empty())
    system::log::log_error("what is known of clients cannot be kept", {{"error", error}});
  if (error.empty() && !error_.empty())
    system::log::log_info("what is known of clients is kept again");
  error_ = error;
}

void ClientKeeper::restore(audit::observed::Observer& observer, bool hears_all) {
  if (std::exchange(has_tried_, true)) return;
  auto store = observed::ClientStore::open(path_, limits_);
  if (!store) return tell(store.error().message);
  store_.emplace(std::move(*store));
  if (!store_->set_aside().empty()) {
    system::log::log_error(
        "the file of clients was set aside",
        {{"path", base::sanitize(path_, base::kMaxPathBytes)}, {"reason", store_->set_aside()}});
  }
  auto clients = store_->load();
  if (!clients) return tell(clients.error().message);
  observer.remember(std::move(*clients), store_->since(),
                    hears_all ? store_->complete_since() : std::nullopt);
}

void ClientKeeper::save(audit::observed::Observer& observer) {
  if (std::chrono::steady_clock::now() - saved_at_ >= kBetweenSaves) save_now(observer);
}

void ClientKeeper::save_now(audit::observed::Observer& observer) {
  saved_at_ = std::chrono::steady_clock::now();
  audit::observed::ClientTable& clients = observer.clients();
  const std::vector<running::ObservedClient> changed = clients.take_changed();
  const std::vector<std::string> gone = clients.take_gone();
  if (!store_) return;
  const auto erased = store_->save(changed, gone);
  tell(erased ? "" : erased.error().message);
  if (!erased) return clients.put_back(changed, gone);
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
