#include "daemon/observed/client_keeper.h"

#include <utility>

namespace mtls::daemon::observed {

using running::ObservedClient;

bool ClientKeeper::open() {
  if (store_) return true;
  auto opened = ClientStore::open(options_.path, options_.limits);
  if (!opened) {
    failed(opened.error().message);
    return false;
  }
  store_.emplace(std::move(*opened));
  if (!store_->set_aside().empty()) news_ = store_->set_aside();
  return true;
}

// Told once, not every 5 s.
void ClientKeeper::failed(const std::string& why) {
  if (!has_failed_) news_ = "the clients that came cannot be saved: " + why;
  has_failed_ = true;
}

std::vector<ObservedClient> ClientKeeper::load() {
  if (!open()) return {};
  auto clients = store_->load();
  if (clients) return std::move(*clients);
  failed(clients.error().message);
  store_.reset();
  return {};
}

std::vector<std::string> ClientKeeper::save(std::vector<ObservedClient> changed,
                                            std::vector<std::string> gone,
                                            std::chrono::sys_seconds wall, Instant now) {
  saved_at_ = now;
  for (std::string& fingerprint : gone) {
    changed_.erase(fingerprint);
    gone_.insert(std::move(fingerprint));
  }
  for (ObservedClient& client : changed) {
    gone_.erase(client.fingerprint);
    std::string fingerprint = client.fingerprint;
    changed_.insert_or_assign(std::move(fingerprint), std::move(client));
  }
  if (!open()) return {};
  std::vector<ObservedClient> clients;
  clients.reserve(changed_.size());
  for (const auto& [fingerprint, client] : changed_) clients.push_back(client);
  const std::vector<std::string> ended(gone_.begin(), gone_.end());
  const auto erased = store_->save(clients, ended);
  if (!erased) {
    failed(erased.error().message);
    // A file that turned out to be damaged is opened anew, which sets it aside.
    if (erased.error().code == base::ErrorCode::kParse) store_.reset();
    return {};
  }
  changed_.clear();
  gone_.clear();
  if (std::exchange(has_failed_, false)) news_ = "the clients that came are saved again";
  if (const auto done = store_->forget_before(wall - options_.window); !done)
    failed(done.error().message);
  return *erased;
}

std::string ClientKeeper::take_news() { return std::exchange(news_, ""); }

std::optional<std::chrono::sys_seconds> ClientKeeper::since() const {
  return store_ ? std::optional(store_->since()) : std::nullopt;
}

}  // namespace mtls::daemon::observed
