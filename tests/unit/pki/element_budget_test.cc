// The limit that keeps a file from filling the memory.
#include "pki/encoding/element_budget.h"

#include <catch2/catch.hpp>

#include "pki/file_reader.h"
#include "pki/material.h"
#include "tests/support/der.h"
#include "tests/support/pki_maker.h"

namespace mtls {
namespace {

namespace der = testing::der;
using der::Bytes;

constexpr std::size_t kPlenty = 1000;

Bytes nested(std::size_t depth) {
  Bytes element = der::integer(1);
  for (std::size_t i = 1; i < depth; ++i) element = der::sequence({element});
  return element;
}

TEST_CASE("elements: elements at every depth are counted, also inside OCTET STRINGs") {
  struct Row {
    std::string name;
    Bytes der;
    std::size_t count;
  };
  const Bytes one = der::integer(1);
  const std::vector<Row> rows{
      {"nothing", {}, 0},
      {"one", one, 1},
      {"two beside each other", der::join({one, one}), 2},
      {"a sequence of two", der::sequence({one, one}), 3},
      {"an OCTET STRING around a sequence", der::tlv(der::kOctetString, der::sequence({one})), 3},
      {"an OCTET STRING of other bytes", der::tlv(der::kOctetString, Bytes{0xFF, 0xFF, 0xFF}), 2},
      {"what follows such a one", der::join({der::tlv(der::kOctetString, Bytes{0x30}), one}), 3},
      {"a text is no place for others", der::tlv(der::kUtf8, one), 1},
      {"cut in the middle", Bytes{0x30, 0x05, 0x02}, 1},
      {"as deep as is looked", nested(64), 64},
      {"deeper", nested(1000), 64},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(pki::encoding::count_elements(row.der, kPlenty) == row.count);
  }
  CHECK(pki::encoding::count_elements(der::join({one, one, one}), 1) == 2);
}

TEST_CASE("elements: a certificate that exceeds the budget takes nothing from it") {
  pki::encoding::ElementBudget budget;
  const Bytes names = der::sequence(std::vector<Bytes>(1000, der::integer(1)));
  for (std::size_t i = 0; i < pki::encoding::ElementBudget::kMost / 1001; ++i)
    REQUIRE(budget.spend(names));
  CHECK_FALSE(budget.spend(names));
  CHECK(budget.spend(der::integer(1)));
}

TEST_CASE(
    "elements: a certificate with too many names is not read, those beside it are, and nginx reads "
    "all") {
  der::CertificateFields bomb;
  bomb.extensions = {der::alternative_names(
      std::vector<Bytes>(pki::encoding::ElementBudget::kMost, der::tlv(0x82, "a")))};
  const auto a = testing::mint_root("CN=A");
  const auto b = testing::mint_root("CN=B");
  const auto material =
      pki::parse_material(a.certificate_pem + der::certificate_pem(bomb) + b.certificate_pem);
  CHECK(material.certificates.size() == 2);
  REQUIRE(material.block_errors.size() == 1);
  CHECK(material.block_errors.front().message == pki::kTooManyElements);
  CHECK_FALSE(pki::read_error(material, pki::FileReader::kCaList));
}

}  // namespace
}  // namespace mtls
