#include "daemon/app/routes.h"

#include "collectors/openmetrics.h"
#include "daemon/app/self_metrics.h"
#include "daemon/settings/build_info.h"
#include "reports/status_page.h"

namespace mtls::daemon::app {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

constexpr const char* kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
constexpr const char* kReload = "/-/reload";

constexpr const char* kCheck = "/api/v1/check";

constexpr const char* kTooBusy = "Too many requests wait for this page\n";
constexpr const char* kNotYet = "The first evaluation is under way\n";

web::http::Page plain(int status, const char* text) {
  return {.status = status, .content_type = kText, .parts = {web::http::body_part(text)}};
}

}  // namespace

Routes::Routes(Sources sources, std::string telemetry_path)
    : sources_(std::move(sources)), telemetry_path_(std::move(telemetry_path)) {
  waiting_page_ = web::http::body_part(reports::waiting_page(
      {.version = settings::exporter_version(), .telemetry_path = telemetry_path_}));
}

void Routes::get(const web::http::PageRequest& request, Answer answer) {
  const bool is_status = request.path == "/" && request.path != telemetry_path_;
  const bool is_check = request.path == kCheck && request.path != telemetry_path_;
  if (!(is_status || is_check) || !sources_.pages.is_ready()) return answer(page(request));
  sources_.pages.ask(
      is_status ? Pages::Kind::kStatus : Pages::Kind::kCheck, request.post,
      [type = is_status ? kHtml : kJson, answer = std::move(answer)](web::http::Part made) {
        answer(made ? web::http::Page{.status = 200, .content_type = type, .parts = {made}}
                    : plain(503, kTooBusy));
      });
}

// All that needs no making.
std::optional<web::http::Page> Routes::page(const web::http::PageRequest& request) {
  const std::string_view path = request.path;
  if (path == telemetry_path_) return metrics(web::http::preferred_format(request.accept));
  if (path == "/") {
    return web::http::Page{.status = 200, .content_type = kHtml, .parts = {waiting_page_}};
  }
  if (path == "/-/healthy") return plain(200, "Healthy\n");
  if (path == "/-/ready") {
    return sources_.published.load().payload ? plain(200, "Ready\n") : plain(503, kNotYet);
  }
  if (path == kCheck) return plain(503, kNotYet);
  return std::nullopt;
}

bool Routes::takes_post(std::string_view path) const {
  return sources_.request_reload && path == kReload;
}

// 200 although the reload has only begun: Prometheus does the same, and its config reloaders expect
// it.
web::http::Page Routes::post(std::string_view /*path*/) {
  sources_.request_reload();
  return plain(200, "Reloading\n");
}

web::http::Page Routes::metrics(web::http::MetricsFormat format) const {
  const bool open = format == web::http::MetricsFormat::kOpenMetrics;
  web::http::Page page{
      .status = 200, .content_type = open ? kOpenMetrics : kMetricsText, .parts = {}};
  const Publication now = sources_.published.load();
  if (now.payload) page.parts.push_back(now.payload->metrics);
  if (now.logs) page.parts.push_back(open ? now.logs->openmetrics : now.logs->text);
  const collectors::Families own = self_families(now.counts, sources_.requests);
  page.parts.push_back(
      web::http::body_part(open ? collectors::render_openmetrics(own) + collectors::kOpenMetricsEnd
                                : collectors::render(own)));
  return page;
}

}  // namespace mtls::daemon::app
