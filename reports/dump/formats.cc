#include "reports/dump/formats.h"

#include <array>

#include "reports/dump/conf.h"
#include "reports/dump/crossplane.h"
#include "reports/dump/json.h"
#include "reports/dump/opa.h"

namespace mtls::reports::dump {
namespace {

constexpr std::array kFormats{
    Format{.name = "json",
           .help = "every effective value and the line it comes from",
           .render = dump_json},
    Format{.name = "crossplane",
           .help = "the syntax tree as the crossplane tools print it",
           .render = dump_crossplane},
    Format{.name = "opa",
           .help = "the server blocks as policies of OPA and conftest ask for them",
           .render = dump_opa},
    Format{.name = "conf", .help = "the text as nginx -T prints it", .render = dump_conf},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

}  // namespace mtls::reports::dump
