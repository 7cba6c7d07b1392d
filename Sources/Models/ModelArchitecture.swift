// SPDX-License-Identifier: Apache-2.0

public import Imaging
public import Tokenization
public import TorchNN

/// The shape of a model, as its configuration describes it: what is known of it before its weights are loaded.
public protocol ModelArchitecture: Sendable {
    /// W, the width of a picture's pooled state.
    var pooledWidth: Int { get }
    /// D, the width of the joint embedding.
    var featureWidth: Int { get }
    /// S, the side of a prepared picture in pixels.
    var imageSize: Int { get }
    /// The patches of a picture, where the image tower can leave some out; nil, the default, where it cannot.
    var patchCount: Int? { get }
    /// Number of tokens known.
    var vocabularySize: Int { get }
    /// The parameter that holds a vector for each token, by its name; nil, the default, where there is none.
    var tokenTable: String? { get }
    /// The most tokens of a prompt.
    var contextLength: Int { get }
    /// Where τ is kept while it is learned.
    var temperatureRange: ClosedRange<Double> { get }
    /// Everything that two models have to agree in whose weights are to be mixed, by the configuration's names.
    var properties: [(name: String, value: String)] { get }
    /// What transformers calls the family's classes.
    var classes: TransformersClasses { get }

    /// The number of blocks of a tower, which parameters belong to and which can be frozen from below.
    func blockCount(of tower: Tower) -> Int

    /// Where a parameter belongs, by its name or by that of a half of an adapter, which belongs where its layer does;
    /// nil for a name that no parameter of the family has.
    func part(of parameter: String) -> ParameterPart?

    /// Whether the names of linear layers in blocks are those of no layers elsewhere; true, the default.
    var hasLinearLayersInBlocksAlone: Bool { get }

    /// The multiply-adds that a block of the text tower takes for prompts, token ids as the tokenizer gives them; 0, the
    /// default, where nobody has counted.
    func textBlockCost(_ prompts: [[Int32]]) -> Double

    /// The widths that a linear layer which an adapter can stand beside maps from and to. `path` is its parameters'
    /// names without `.weight`; nil, the default, where there is no such layer.
    func linearLayer(_ path: String) -> (from: Int, to: Int)?

    /// Where the parameters, by their names, lie in a file with these names of open_clip's; nothing, the default, for a
    /// family that does not recognize such files.
    func openCLIPRecipes(for tensorNames: [String]) -> [String: WeightSource.Recipe]
    /// Whether tensors have open_clip's names, whatever the layout of the files beside them. By default false.
    func usesOpenCLIPNames(_ tensorNames: [String]) -> Bool

    /// Reads the tokenizer of the model in a directory.
    ///
    /// - Throws: ``Tokenization/TokenizerError`` if a file is missing or is not what it should be.
    func tokenizer(in directory: String) throws -> any TextTokenizer

    /// Builds the model from the parameters below `scope`.
    ///
    /// - Throws: `InputError` if one is missing or has another shape.
    func model(_ scope: ParameterScope) throws -> any ImageTextModel

    /// The JSON object of a `config.json`, for models that have none of their own; `type` is that of their weights.
    func configuration(for tokenizer: any TextTokenizer, type: ModelCheckpoint.ExportType) -> [String: Any]
}

extension ModelArchitecture {
    /// None can be left out.
    public var patchCount: Int? { nil }
    /// There is none.
    public var tokenTable: String? { nil }
    /// They are.
    public var hasLinearLayersInBlocksAlone: Bool { true }
    /// Not counted.
    public func textBlockCost(_ prompts: [[Int32]]) -> Double { 0 }
    /// Whether the table of tokens is so large, mostly for texts in many languages, that labels can only change a few of
    /// its rows: it then stays as it is unless somebody asks for it.
    public var hasLargeTokenTable: Bool { tokenTable != nil && vocabularySize > 100_000 }
    /// None.
    public func linearLayer(_ path: String) -> (from: Int, to: Int)? { nil }
    /// They are transformers' own.
    public func usesOpenCLIPNames(_ tensorNames: [String]) -> Bool { false }
    /// None.
    public func openCLIPRecipes(for tensorNames: [String]) -> [String: WeightSource.Recipe] { [:] }

    /// The first property in which another model differs, in words; nil if there is none.
    public func firstDifference(from other: any ModelArchitecture) -> String? {
        for (mine, its) in zip(properties, other.properties) where mine != its {
            return "\(mine.name) is \(mine.value) in one and \(its.value) in the other"
        }
        return nil
    }
}

/// A shape that a model can begin from nothing with.
public protocol NewModelArchitecture: ModelArchitecture {
    /// The same shape with the vocabulary of a tokenizer.
    func fitted(to tokenizer: any TextTokenizer) -> Self
    /// How pictures are prepared for a new model.
    ///
    /// - Throws: ``Imaging/ImagingError`` if the size of pictures is out of range.
    func newPreprocessor() throws -> ImagePreprocessor
    /// How a parameter begins, temperature and bias excepted.
    func start(of parameter: String, shape: [Int]) -> ParameterStart
}

/// The first values of a parameter.
public enum ParameterStart: Sendable, Equatable {
    /// All of them this number.
    case constant(Float)
    /// Normal numbers with mean 0.
    case normal(deviation: Double)
}

/// What transformers calls the classes of a family: written where its programs look for them.
public struct TransformersClasses: Sendable, Equatable {
    /// The model, such as `CLIPModel`.
    public var model: String
    /// The Python module that the model is defined in.
    public var module: String
    /// The image processor, such as `CLIPImageProcessor`.
    public var imageProcessor: String

    /// The classes by their names.
    public init(model: String, module: String, imageProcessor: String) {
        (self.model, self.module, self.imageProcessor) = (model, module, imageProcessor)
    }

    /// The image processor as far as it is known here: what a configuration means that names none.
    var processor: ImagePreprocessor.Processor { imageProcessor == "SiglipImageProcessor" ? .siglip : .clip }
}
