#include "reports/page/time_axis.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mtls::reports::page {
namespace {

constexpr int kWidth = 220;  // pixels
constexpr int kBarHeight = 10;
constexpr int kScaleHeight = 14;
constexpr double kDay = 86400;
constexpr double kDays = 5 * 365;

struct Mark {
  double days;
  std::string_view name;
};
constexpr std::array kMarks{Mark{1, "1d"}, Mark{7, "7d"}, Mark{30, "30d"}, Mark{90, "90d"},
                            Mark{365, "1y"}};

int place_of(double days) {
  const double share = std::log1p(std::clamp(days, 0.0, kDays)) / std::log1p(kDays);
  return static_cast<int>(std::lround(share * kWidth));
}

std::string opened(int height, std::string_view name) {
  return "<svg class=\"" + std::string(name) + "\" width=\"" + std::to_string(kWidth) +
         "\" height=\"" + std::to_string(height) + "\" aria-hidden=\"true\" focusable=\"false\">";
}

std::string rect(std::string_view name, int x, int width, int height) {
  return "<rect class=\"" + std::string(name) + "\" x=\"" + std::to_string(x) + "\" width=\"" +
         std::to_string(width) + "\" height=\"" + std::to_string(height) + "\"></rect>";
}

}  // namespace

std::string_view word(Mood mood) {
  switch (mood) {
    case Mood::kGood: return "good";
    case Mood::kDoubtful: return "doubtful";
    case Mood::kBad: return "bad";
    case Mood::kNeutral: break;
  }
  return "neutral";
}

std::string time_bar(base::sys_seconds end, base::sys_seconds now, Mood mood) {
  constexpr int kMinimum = 2;
  const double days = static_cast<double>((end - now).count()) / kDay;
  std::string svg = opened(kBarHeight, "bar") + rect("track", 0, kWidth, kBarHeight) +
                    rect(word(mood), 0, std::max(place_of(days), kMinimum), kBarHeight);
  for (const Mark& mark : kMarks) svg += rect("mark", place_of(mark.days), 1, kBarHeight);
  return svg + "</svg>";
}

std::string time_scale() {
  constexpr int kBaseline = 11;
  std::string svg = opened(kScaleHeight, "scale");
  for (const Mark& mark : kMarks) {
    svg += "<text x=\"" + std::to_string(place_of(mark.days)) + "\" y=\"" +
           std::to_string(kBaseline) + "\" text-anchor=\"middle\">" + std::string(mark.name) +
           "</text>";
  }
  return svg + "</svg>";
}

}  // namespace mtls::reports::page
