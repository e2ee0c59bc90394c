// `check --format junit`: a test suite for the host and for each server block, in the XML that
// Jenkins, GitLab and others read. An issue at or above --fail-on is a failed test case, one below
// it a passed one, an accepted one is skipped. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_junit(const Report& report);

}  // namespace mtls::reports::formats
