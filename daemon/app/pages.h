// The status page and the document of /api/v1/check: made when somebody asks, once a Snapshot and
// query, on a thread of their own, so that neither scrapes nor evaluations wait for them.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "audit/snapshot.h"
#include "daemon/web/http/body.h"
#include "daemon/web/http/site.h"

namespace mtls::daemon::app {

class Pages {
 public:
  enum class Kind { kStatus, kCheck, kExplain };
  static constexpr std::size_t kKinds = 3;
  /// Which page: of some kind, the one for this query.
  struct Key {
    Kind kind{};
    std::string query = {};

    bool operator==(const Key&) const = default;
  };
  /// Makes the text of a page. Called on the thread of the pages.
  using Make =
      std::function<std::string(const audit::Snapshot& snapshot, const std::string& query)>;
  using Makers = std::array<Make, kKinds>;  // by Kind
  /// nullptr: too many are waiting, or there is no memory for the page.
  using Done = std::function<void(web::http::Part)>;

  /// Requests that wait for a page.
  static constexpr std::size_t kMaxWaiting = 16;
  /// Pages that are kept; the oldest goes first.
  static constexpr std::size_t kMaxKept = 16;

  /// Throws std::system_error if no thread is left.
  explicit Pages(Makers make);
  ~Pages() { stop(); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  /// Any thread. Pages of the Snapshot before are let go.
  void publish(std::shared_ptr<const audit::Snapshot> snapshot);
  /// False before the first Snapshot; then ask() must not be called.
  bool is_ready() const;

  /// Calls `done` before it returns if the page is there or too many are waiting, otherwise later
  /// through `post`.
  void ask(Key key, const web::http::Post& post, Done done);

  /// From now on nothing is posted. Does not wait for a page that is being made.
  void stop();
  /// No page is being made.
  bool is_idle() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // shared with the thread, which may outlive this object
};

/// The pages of the daemon. `telemetry_path`: what the status page links to. The query is that of
/// the address, and of kExplain the question itself.
Pages::Makers page_makers(const std::string& telemetry_path);

}  // namespace mtls::daemon::app
