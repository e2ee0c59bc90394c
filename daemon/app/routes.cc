#include "daemon/app/routes.h"

#include <algorithm>

#include "collectors/openmetrics.h"
#include "daemon/app/self_metrics.h"
#include "daemon/settings/build_info.h"
#include "reports/page/page_query.h"
#include "reports/page/status_page.h"
#include "reports/page/style.h"

namespace mtls::daemon::app {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

constexpr const char* kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
constexpr const char* kReload = "/-/reload";

constexpr const char* kCheck = "/api/v1/check";
constexpr const char* kExplain = "/explain";

constexpr const char* kTooBusy = "Too many requests wait for this page\n";
constexpr std::chrono::seconds kWaitingRefresh{2};
constexpr const char* kNotYet = "The first evaluation is under way\n";

web::http::Page plain(int status, const char* text) {
  return {.status = status, .content_type = kText, .parts = {web::http::body_part(text)}};
}

web::http::Page html(web::http::Part made) {
  return {.status = 200,
          .content_type = kHtml,
          .parts = {std::move(made)},
          .content_security_policy = reports::page::content_security_policy()};
}

// Each query in one form, so that two ways to write it are one page.
Pages::Key key_of(Pages::Kind kind, std::string_view query) {
  switch (kind) {
    case Pages::Kind::kStatus: {
      const std::string address = reports::page::address_of(reports::page::parse_query(query));
      return {kind, address.substr(std::min(address.find('?'), address.size() - 1) + 1)};
    }
    case Pages::Kind::kExplain:
      return {kind, reports::page::parameter(query, "q", reports::page::kMaxQuestion)};
    case Pages::Kind::kCheck: break;
  }
  return {kind};
}

web::http::Page page_of(Pages::Kind kind, web::http::Part made, std::string_view query) {
  if (kind == Pages::Kind::kCheck)
    return {.status = 200, .content_type = kJson, .parts = {std::move(made)}};
  web::http::Page page = html(std::move(made));
  if (kind == Pages::Kind::kStatus && reports::page::parse_query(query).is_refreshing)
    page.refresh = reports::page::kRefresh;
  return page;
}

}  // namespace

Routes::Routes(Sources sources, std::string telemetry_path)
    : sources_(std::move(sources)), telemetry_path_(std::move(telemetry_path)) {
  waiting_page_ = web::http::body_part(reports::page::waiting_page(
      {.version = std::string(settings::exporter_version()), .telemetry_path = telemetry_path_}));
}

// nullopt: it is none of the pages that have to be made.
std::optional<Pages::Kind> Routes::made_page(std::string_view path) const {
  if (path == telemetry_path_) return std::nullopt;
  if (path == "/") return Pages::Kind::kStatus;
  if (path == kCheck) return Pages::Kind::kCheck;
  if (path == kExplain) return Pages::Kind::kExplain;
  return std::nullopt;
}

void Routes::get(const web::http::PageRequest& request, Answer answer) {
  const auto kind = made_page(request.path);
  if (!kind || !sources_.pages.is_ready()) return answer(page(request));
  Pages::Key key = key_of(*kind, request.query);
  sources_.pages.ask(key, request.post, [key, answer = std::move(answer)](web::http::Part made) {
    answer(made ? page_of(key.kind, std::move(made), key.query) : plain(503, kTooBusy));
  });
}

// All that needs no making.
std::optional<web::http::Page> Routes::page(const web::http::PageRequest& request) {
  const std::string_view path = request.path;
  if (path == telemetry_path_) return metrics(web::http::preferred_format(request.accept));
  if (path == "/") {
    web::http::Page waiting = html(waiting_page_);
    waiting.refresh = kWaitingRefresh;
    return waiting;
  }
  if (path == "/-/healthy") return plain(200, "Healthy\n");
  if (path == "/-/ready") {
    return sources_.published.load().payload ? plain(200, "Ready\n") : plain(503, kNotYet);
  }
  if (path == kCheck || path == kExplain) return plain(503, kNotYet);
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
  for (const auto& rendered : {now.logs, now.observed})
    if (rendered) page.parts.push_back(open ? rendered->openmetrics : rendered->text);
  const bool is_compact = now.payload && now.payload->is_compact;
  const collectors::Families own = self_families(now.counts, sources_.requests, is_compact);
  page.parts.push_back(
      web::http::body_part(open ? collectors::render_openmetrics(own) + collectors::kOpenMetricsEnd
                                : collectors::render(own)));
  return page;
}

}  // namespace mtls::daemon::app
