// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
public import Logging
public import MultiLabel
import Torch

/// What a server serves, where, and what it refuses.
public struct ServerOptions: Sendable {
    /// A model to serve.
    public struct Model: Sendable {
        /// What requests call it.
        public var name: String
        /// Its directory.
        public var directory: String
        /// Labels to score instead of its own; nil for its own.
        public var labels: [Label]?
        /// An index of pictures to search, `.sqlite` or `.npy`; nil for none.
        public var index: String?

        /// A model by its name and directory.
        public init(name: String, directory: String, labels: [Label]? = nil, index: String? = nil) {
            (self.name, self.directory, self.labels, self.index) = (name, directory, labels, index)
        }
    }

    /// The models; the first is the one that requests without a name get.
    public var models: [Model]
    /// Sentences for labels' names instead of the models' own.
    public var templates: [PromptTemplate]?
    /// How the models compute; its batch size is the most pictures of a forward pass.
    public var predictor: PredictorOptions
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port; 0 for any that is free.
    public var port = 8080
    /// How many batches of a model run at a time, each on a thread of its own with the same weights. By default as many as
    /// there are processors, one on a GPU.
    public var modelWorkers: Int
    /// How long a picture waits for others that are being decoded, in seconds.
    public var batchDelay = 0.05
    /// How many pictures of one model may be decoded or wait at a time.
    public var queue = 256
    /// The most seconds that a request may take.
    public var timeout = 30.0
    /// The most seconds in which a request has to arrive.
    public var readTimeout = 30.0
    /// The most seconds in which an answer has to be taken.
    public var writeTimeout = 30.0
    /// After how many seconds without a request a connection is closed.
    public var idleTimeout = 75.0
    /// The largest body of a request in bytes.
    public var maximumBody = 32 << 20
    /// The most pictures, or texts, of a request.
    public var maximumPictures = 64
    /// The most labels that a request may bring.
    public var maximumLabels = 256
    /// The most characters of a label, or of a text to embed.
    public var maximumLabelLength = 1000
    /// The most connections; for a further one, that which has waited longest for its client is closed.
    public var maximumConnections = 1024
    /// The most bytes of bodies and decoded pictures in memory at a time: a quarter for bodies.
    public var memory = 1 << 30
    /// The most bytes of label features that are kept for labels of requests.
    public var labelCache = 64 << 20
    /// After how many seconds a batch that does not end makes the server unready.
    public var watchdog = 60.0
    /// What requests have to bear; nil for nothing.
    public var token: String?
    /// How many seconds go by between the signal to stop and the end of listening.
    public var drainDelay = 0.0
    /// After how many seconds more the server ends, whatever is still open.
    public var drainTimeout = 30.0
    /// Whether there is a page at `/`.
    public var hasPage = true
    /// Where log lines go.
    public var logger: Logger
    /// Finds the directory of an adapter's base model.
    public var resolvingBase: @Sendable (_ model: String) throws -> String

    /// Options with their defaults for some models.
    public init(
        models: [Model], predictor: PredictorOptions = PredictorOptions(), logger: Logger = Logger(label: "mumic"),
        resolvingBase: @escaping @Sendable (_ model: String) throws -> String = { $0 }
    ) {
        (self.models, self.predictor, self.logger, self.resolvingBase) = (models, predictor, logger, resolvingBase)
        modelWorkers = predictor.pictures.device == .cpu ? Library.threadCount : 1
    }

    /// Refuses options that do not fit together. Throws ``FileIO/InputError`` of wrong usage.
    public func validate() throws(InputError) {
        var names: Set<String> = []
        for model in models {
            let isName = !model.name.isEmpty && model.name.utf8.count <= 128 && model.name.utf8.allSatisfy(isNameByte)
            if !isName {
                throw .usage(
                    "--model \(printable(model.name))=… is no name for a model; take letters, digits, dots, dashes and underscores"
                )
            }
            if !names.insert(model.name).inserted {
                throw .usage("two models are called \(model.name); give one another name with --model NAME=MODEL")
            }
        }
        if models.isEmpty { throw .usage("give --model a model to serve") }
        if maximumPictures > queue {
            throw .usage("--max-pictures \(maximumPictures) is more than --queue \(queue) holds; raise --queue")
        }
        if let token, token.isEmpty || !token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw .usage("the token has to be printable ASCII characters without blanks, and not empty")
        }
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
