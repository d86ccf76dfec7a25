#include "adapters/sql/src/statement.hpp"

#include <Poco/Data/AbstractBinding.h>
#include <Poco/Data/AbstractExtraction.h>
#include <Poco/Data/LOB.h>
#include <Poco/Data/Statement.h>

namespace coffeeauth::sql {
namespace {

using Poco::Data::AbstractBinding;
using Poco::Data::AbstractExtraction;

// Poco's own use() and into() fix the types of the variables in the source; these two hand over a
// whole row of values at once, NULL included, and so one wrapper serves every statement.

class Parameters : public AbstractBinding {
 public:
  explicit Parameters(std::size_t count) : values_(count), blobs_(count) {}

  void assign(std::vector<Value> values) { values_ = std::move(values); }

  std::size_t numOfColumnsHandled() const override { return values_.size(); }
  std::size_t numOfRowsHandled() const override { return 1; }
  // Always: that is what makes Poco start from the first parameter again at the next run. That a
  // run ends is the statement's business, see KeptSqliteStatement.
  bool canBind() const override { return true; }
  void reset() override {}

  void bind(std::size_t position) override {
    auto binder = getBinder();
    for (std::size_t i = 0; i < values_.size(); ++i) bind_one(*binder, position + i, i);
  }

 private:
  void bind_one(Poco::Data::AbstractBinder& binder, std::size_t position, std::size_t i) {
    if (const auto* number = std::get_if<std::int64_t>(&values_[i])) {
      // Some binders keep a pointer to the variable: it has to live as long as the statement.
      static_assert(sizeof(Poco::Int64) == sizeof(*number));
      binder.bind(position, *number);
    } else if (const auto* text = std::get_if<std::string>(&values_[i])) {
      binder.bind(position, *text);
    } else if (const auto* bytes = std::get_if<Bytes>(&values_[i])) {
      blobs_[i] = Poco::Data::BLOB(reinterpret_cast<const unsigned char*>(bytes->data.data()),
                                   bytes->data.size());
      binder.bind(position, blobs_[i]);
    } else {
      binder.bind(position, Poco::NULL_GENERIC);
    }
  }

  std::vector<Value> values_;
  std::vector<Poco::Data::BLOB> blobs_;
};

class Columns : public AbstractExtraction {
 public:
  explicit Columns(std::string kinds) : kinds_(std::move(kinds)) {}

  [[nodiscard]] Rows take() { return std::exchange(rows_, {}); }

  std::size_t numOfColumnsHandled() const override { return kinds_.size(); }
  std::size_t numOfRowsHandled() const override { return rows_.size(); }
  std::size_t numOfRowsAllowed() const override { return getLimit(); }
  bool isNull(std::size_t) const override { return false; }
  void reset() override { rows_.clear(); }

  std::size_t extract(std::size_t position) override {
    auto extractor = getExtractor();
    std::vector<Value> values;
    values.reserve(kinds_.size());
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      values.push_back(extract_one(*extractor, position + i, kinds_[i]));
    }
    rows_.emplace_back(std::move(values));
    return 1;
  }

  Poco::Data::AbstractPreparation::Ptr createPreparation(PreparatorPtr&, std::size_t) override {
    return {};
  }

 private:
  static Value extract_one(Poco::Data::AbstractExtractor& extractor, std::size_t position,
                           char kind) {
    if (extractor.isNull(position)) return std::monostate{};
    if (kind == 'n') {
      Poco::Int64 number = 0;
      if (!extractor.extract(position, number)) Row::damaged();
      return std::int64_t{number};
    }
    if (kind == 't') {
      std::string text;
      extractor.extract(position, text);
      return text;
    }
    Poco::Data::BLOB blob;
    extractor.extract(position, blob);
    return Bytes{{reinterpret_cast<const char*>(blob.rawContent()), blob.size()}};
  }

  const std::string kinds_;
  Rows rows_;
};

}  // namespace

struct PreparedStatement::State {
  State(const Poco::Data::Statement& prepared, const std::string& kinds)
      : statement(prepared), columns(new Columns(kinds)) {
    if (!kinds.empty()) statement.addExtract(columns);
  }

  Poco::Data::Statement statement;
  Poco::SharedPtr<Parameters> parameters;
  Poco::SharedPtr<Columns> columns;
};

PreparedStatement::PreparedStatement(const Poco::Data::Statement& statement,
                                     const std::string& columns)
    : state_(std::make_unique<State>(statement, columns)) {}

PreparedStatement::~PreparedStatement() = default;

Rows PreparedStatement::run(std::vector<Value> parameters) {
  if (state_->parameters.isNull() && !parameters.empty()) {
    state_->parameters = new Parameters(parameters.size());
    state_->statement.addBind(state_->parameters);
  }
  if (!parameters.empty()) state_->parameters->assign(std::move(parameters));
  state_->statement.execute();
  return state_->columns->take();
}

}  // namespace coffeeauth::sql
