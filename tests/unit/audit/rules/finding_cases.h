// The form of a finding's case: a change of the healthy host, and whether one kind of finding fires
// then. The cases of one subject stand in one file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {

enum class Effect { kFires, kSilent };

struct Case {
  FindingKind kind;
  Effect effect;
  std::string name;
  std::function<void(Host&)> change;  // of the healthy host
};

/// acceptances_test.cc
std::vector<Case> acceptance_cases();

/// crl_findings_test.cc
std::vector<Case> crl_cases();

/// ca_path_findings_test.cc
std::vector<Case> ca_path_cases();

/// upstream_findings_test.cc
std::vector<Case> upstream_cases();

/// material_findings_test.cc
std::vector<Case> material_cases();

/// profile_findings_test.cc
std::vector<Case> profile_cases();

/// server_side_findings_test.cc
std::vector<Case> server_side_cases();

/// partly_read_findings_test.cc
std::vector<Case> partly_read_cases();

/// enforcement_findings_test.cc
std::vector<Case> exposure_cases();

}  // namespace mtls::audit_fixture
