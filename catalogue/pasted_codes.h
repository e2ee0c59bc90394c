// Verify codes in lines that people paste: from nginx's logs, openssl verify, openssl s_client and
// curl, of OpenSSL 1.1.1 to 3.6. Tables of the words around them. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "catalogue/verify_codes.h"

namespace mtls::catalogue {

/// Who verified whom.
enum class Verifier {
  kNginx,          // nginx a client
  kNginxUpstream,  // nginx a backend
  kTool,           // openssl or curl
  kUnknown,
};

struct PastedCode {
  const VerifyCode* row = nullptr;
  Verifier by = Verifier::kUnknown;
  bool is_old_number = false;  // the line has the number of OpenSSL 1.1.1, VerifyCode::old_code
};

/// The code of a line. Its number decides; where 1.1.1 has the number for another error than
/// OpenSSL 3, the text behind it tells which one is meant. nullopt: the line has none.
std::optional<PastedCode> pasted_code(std::string_view line);

}  // namespace mtls::catalogue
