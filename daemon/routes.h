// Which path answers what: metrics, the status page, health, readiness and the request to reload.
// Web thread; never waits for an evaluation.
#pragma once

#include <functional>
#include <string>

#include "daemon/published.h"
#include "daemon/web/negotiation.h"
#include "daemon/web/server.h"
#include "daemon/web/site.h"

namespace mtls::daemon {

class Routes final : public Site {
 public:
  struct Sources {
    const Published<Publication>& published;
    const RequestCounts& requests;
    std::function<void()> request_reload;  // any thread; empty: nobody may ask for one
  };

  Routes(Sources sources, std::string telemetry_path);

  std::optional<Page> get(const PageRequest& request) override;
  bool takes_post(std::string_view path) const override;
  Page post(std::string_view path) override;

 private:
  Page metrics(MetricsFormat format) const;

  Sources sources_;
  std::string telemetry_path_;
  Part waiting_page_;
};

}  // namespace mtls::daemon
