#include "collectors/chunk_store.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>

namespace mtls::collectors {
namespace {

constexpr FamilySpec kOne{"one", "One."};
constexpr FamilySpec kTwo{"two", "Two."};

/// Objects with a name and a value in each of two columns.
struct Object {
  std::string name;
  int one = 0;
  int two = 0;
};
using Objects = std::vector<Object>;

LabelText labels_of(const Object& object) { return {{"name", object.name}}; }

ChunkStore::Write writer(const Objects& objects) {
  return [&objects](std::size_t i, SampleWriter& out) {
    const Object& object = objects.at(i);
    out.add(kOne, labels_of(object), object.one);
    if (object.two != 0) out.add(kTwo, labels_of(object), object.two);
  };
}

std::vector<std::string> identities(const Objects& objects) {
  std::vector<std::string> all;
  for (const Object& object : objects) all.push_back(labels_of(object).text());
  return all;
}

ChunkStore filled(const Objects& objects) {
  ChunkStore store({&kOne, &kTwo});
  store.arrange(identities(objects));
  store.write({}, writer(objects));
  return store;
}

std::vector<Text> chunks(const ChunkStore& store, std::size_t column) {
  std::vector<Text> all;
  store.append_chunks(column, all);
  return all;
}

std::string text(const ChunkStore& store, std::size_t column) {
  std::string all;
  for (const Text& chunk : chunks(store, column)) all += *chunk;
  return all;
}

/// By hand: a line for each object, none with the labels of one before.
std::string expected(const Objects& objects, const char* family, int Object::* value, bool zeros) {
  std::string all;
  std::set<std::string> seen;
  for (const Object& object : objects) {
    if (!zeros && object.*value == 0) continue;
    if (!seen.insert(object.name).second) continue;
    all += std::string(family) + "{name=\"" + object.name + "\"} " + std::to_string(object.*value) +
           "\n";
  }
  return all;
}

Objects many(std::size_t count) {
  Objects objects;
  for (std::size_t i = 0; i < count; ++i)
    objects.push_back({.name = "n" + std::to_string(i), .one = static_cast<int>(i), .two = 1});
  return objects;
}

std::size_t different(const std::vector<Text>& before, const std::vector<Text>& after) {
  return static_cast<std::size_t>(std::ranges::count_if(
      after, [&](const Text& chunk) { return std::ranges::find(before, chunk) == before.end(); }));
}

}  // namespace

TEST_CASE("chunk store: samples stand by column, in the order of the objects") {
  const Objects objects{{"b", 1, 2}, {"a", 3, 0}};
  const ChunkStore store = filled(objects);
  CHECK(text(store, 0) == "one{name=\"b\"} 1\none{name=\"a\"} 3\n");
  CHECK(text(store, 1) == "two{name=\"b\"} 2\n");
  CHECK(store.series(0) == 2);
  CHECK(store.series() == 3);
}

TEST_CASE("chunk store: one changed object is written, and one chunk of its column is another") {
  Objects objects = many(5000);
  ChunkStore store = filled(objects);
  const auto one = chunks(store, 0);
  const auto two = chunks(store, 1);
  REQUIRE(one.size() > 10);
  const std::size_t written = store.written();
  objects[777].two = 9;
  store.write({777}, writer(objects));
  CHECK(store.written() == written + 1);
  CHECK(chunks(store, 0) == one);
  CHECK(different(two, chunks(store, 1)) == 1);
  CHECK(text(store, 1) == expected(objects, "two", &Object::two, false));
}

TEST_CASE("chunk store: an object that says the same as before changes no chunk") {
  const Objects objects = many(1000);
  ChunkStore store = filled(objects);
  const auto before = chunks(store, 0);
  store.write({0, 500, 999}, writer(objects));
  CHECK(chunks(store, 0) == before);
  store.arrange(identities(objects));
  store.write({}, writer(objects));
  CHECK(chunks(store, 0) == before);
}

TEST_CASE("chunk store: an object in the middle leaves the chunks of most others alone") {
  Objects objects = many(5000);
  ChunkStore store = filled(objects);
  const auto before = chunks(store, 0);
  objects.insert(objects.begin() + 2500, {.name = "new", .one = 7, .two = 7});
  store.arrange(identities(objects));
  store.write({}, writer(objects));
  CHECK(text(store, 0) == expected(objects, "one", &Object::one, true));
  CHECK(different(before, chunks(store, 0)) <= 3);
}

TEST_CASE(
    "chunk store: of two objects with the same labels the first speaks, also after a change") {
  Objects objects{{"a", 1, 0}, {"b", 2, 0}, {"a", 3, 5}};
  ChunkStore store = filled(objects);
  CHECK(text(store, 0) == "one{name=\"a\"} 1\none{name=\"b\"} 2\n");
  CHECK(text(store, 1) == "two{name=\"a\"} 5\n");
  objects[0].two = 4;
  store.write({0}, writer(objects));
  CHECK(text(store, 1) == "two{name=\"a\"} 4\n");
}

TEST_CASE("chunk store: of two series of one object with the same labels the first speaks") {
  ChunkStore store({&kOne});
  store.arrange({"x"});
  store.write({}, [](std::size_t, SampleWriter& out) {
    out.add(kOne, {{"name", "a"}}, 1);
    out.add(kOne, {{"name", "b"}}, 2);
    out.add(kOne, {{"name", "a"}}, 3);
    out.add(kOne, {{"name", "b"}}, 4);
  });
  CHECK(text(store, 0) == "one{name=\"a\"} 1\none{name=\"b\"} 2\n");
}

TEST_CASE("chunk store: what was forgotten is written again") {
  const Objects objects = many(300);
  ChunkStore store = filled(objects);
  const std::string before = text(store, 0);
  store.forget();
  CHECK(text(store, 0).empty());
  CHECK(store.series() == 0);
  store.write({5}, writer(objects));
  CHECK(text(store, 0) == before);
}

TEST_CASE("chunk store: after any sequence of changes the text is that from scratch") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t count) { return random() % count; };
  Objects objects = many(400 + pick(800));
  ChunkStore store = filled(objects);
  for (int step = 0; step < 200; ++step) {
    CAPTURE(step);
    if (pick(4) == 0) {
      for (std::size_t i = pick(4); i > 0 && objects.size() > 1; --i)
        objects.erase(objects.begin() + static_cast<long>(pick(objects.size())));
      for (std::size_t i = pick(4); i > 0; --i) {
        objects.insert(objects.begin() + static_cast<long>(pick(objects.size() + 1)),
                       {.name = "n" + std::to_string(pick(1500)), .one = 1, .two = 1});
      }
      store.arrange(identities(objects));
    }
    std::set<std::size_t> changed;
    for (std::size_t i = pick(5); i > 0; --i) changed.insert(pick(objects.size()));
    for (const std::size_t i : changed) {
      objects[i].one = static_cast<int>(pick(3));
      objects[i].two = static_cast<int>(pick(2));
    }
    if (pick(20) == 0) store.forget();
    store.write({changed.begin(), changed.end()}, writer(objects));
    REQUIRE(text(store, 0) == expected(objects, "one", &Object::one, true));
    REQUIRE(text(store, 1) == expected(objects, "two", &Object::two, false));
    REQUIRE(store.series(0) == static_cast<std::size_t>(std::ranges::count(text(store, 0), '\n')));
  }
}

}  // namespace mtls::collectors
