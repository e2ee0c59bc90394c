#include "daemon/routes.h"

#include "daemon/build_info.h"
#include "daemon/self_metrics.h"
#include "reports/status_page.h"

namespace mtls::daemon {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

constexpr const char* kNotYet = "The first evaluation is under way\n";

Page plain(int status, const char* text) {
  return {.status = status,
          .content_type = kText,
          .parts = {std::make_shared<const std::string>(text)}};
}

}  // namespace

Routes::Routes(const Sources& sources, std::string telemetry_path)
    : sources_(sources), telemetry_path_(std::move(telemetry_path)) {
  waiting_page_ = std::make_shared<const std::string>(
      reports::waiting_page({.version = exporter_version(), .telemetry_path = telemetry_path_}));
}

std::optional<Page> Routes::get(std::string_view path) {
  if (path == telemetry_path_) return metrics();
  const auto payload = sources_.published.load().payload;
  if (path == "/") {
    return Page{
        .status = 200, .content_type = kHtml, .parts = {payload ? payload->page : waiting_page_}};
  }
  if (path == "/-/healthy") return plain(200, "Healthy\n");
  if (path == "/-/ready") return payload ? plain(200, "Ready\n") : plain(503, kNotYet);
  if (path == "/api/v1/check") {
    if (!payload) return plain(503, kNotYet);
    return Page{.status = 200, .content_type = kJson, .parts = {payload->check}};
  }
  return std::nullopt;
}

Page Routes::metrics() const {
  Page page{.status = 200, .content_type = kMetricsText, .parts = {}};
  const Publication now = sources_.published.load();
  if (now.payload) page.parts.push_back(now.payload->metrics);
  page.parts.push_back(
      std::make_shared<const std::string>(render_self_metrics(now.counts, sources_.requests)));
  return page;
}

}  // namespace mtls::daemon
