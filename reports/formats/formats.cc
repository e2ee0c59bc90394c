#include "reports/formats/formats.h"

#include <array>

#include "reports/formats/check_json.h"
#include "reports/formats/check_text.h"

namespace mtls::reports::formats {
namespace {

constexpr std::array kFormats{
    Format{.name = "text", .help = "for people, its wording may change", .render = check_text},
    Format{.name = "json", .help = "for programs, everything that is known", .render = check_json},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

}  // namespace mtls::reports::formats
