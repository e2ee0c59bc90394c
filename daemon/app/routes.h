// Which path serves what: metrics, the status page, health, readiness and the request to reload.
// Web thread; never waits for an evaluation, nor for a page that is being made.
#pragma once

#include <functional>
#include <string>

#include "daemon/app/pages.h"
#include "daemon/app/published.h"
#include "daemon/web/http/negotiation.h"
#include "daemon/web/http/site.h"
#include "daemon/web/request_counts.h"

namespace mtls::daemon::app {

class Routes final : public web::http::Site {
 public:
  struct Sources {
    const Published<Publication>& published;
    const web::RequestCounts& requests;
    Pages& pages;
    std::function<void()> request_reload;  // any thread; empty: reload requests are disabled
  };

  Routes(Sources sources, std::string telemetry_path);

  void get(const web::http::PageRequest& request, Answer answer) override;
  bool takes_post(std::string_view path) const override;
  web::http::Page post(std::string_view path) override;

 private:
  std::optional<Pages::Kind> made_page(std::string_view path) const;
  std::optional<web::http::Page> page(const web::http::PageRequest& request);
  web::http::Page metrics(web::http::MetricsFormat format) const;

  Sources sources_;
  std::string telemetry_path_;
  web::http::Part waiting_page_;
};

}  // namespace mtls::daemon::app
