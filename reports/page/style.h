// The style sheet of the page. The Content-Security-Policy names its hash, so that no other style
// and no script can run. Pure.
#pragma once

#include <string_view>

namespace mtls::reports::page {

/// What stands between `<style>` and `</style>`.
std::string_view style();

/// For a page with this style sheet and a form; nothing else is loaded or run.
std::string_view content_security_policy();

}  // namespace mtls::reports::page
