// Which path answers what: metrics, the status page, health and readiness. Web thread; never waits
// for an evaluation.
#pragma once

#include <string>

#include "daemon/published.h"
#include "daemon/web/server.h"
#include "daemon/web/site.h"

namespace mtls::daemon {

class Routes final : public Site {
 public:
  struct Sources {
    const Published<Publication>& published;
    const RequestCounts& requests;
  };

  Routes(const Sources& sources, std::string telemetry_path);

  std::optional<Page> get(std::string_view path) override;

 private:
  Page metrics() const;

  Sources sources_;
  std::string telemetry_path_;
  std::shared_ptr<const std::string> waiting_page_;
};

}  // namespace mtls::daemon
