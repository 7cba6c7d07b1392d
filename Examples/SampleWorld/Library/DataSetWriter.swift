// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Synchronization

/// Writes pictures of the sample world into a folder, with the tables that describe them.
public struct DataSetWriter: Sendable {
    /// The folder; it must be new or empty.
    public let directory: String
    /// The seed of the pictures.
    public let seed: UInt64
    /// The number of threads; all cores where nil. It has no influence on what is written.
    public var workers: Int?
    /// Called once for each picture, on any thread.
    public var advance: @Sendable () -> Void = {}

    /// A writer into a folder.
    ///
    /// - Parameters:
    ///   - directory: A new or empty folder; those above it are made as needed.
    ///   - seed: The seed of the pictures.
    ///   - workers: The number of threads; all cores where nil.
    ///   - advance: Called once for each picture, on any thread.
    public init(
        directory: String, seed: UInt64, workers: Int? = nil, advance: @escaping @Sendable () -> Void = {}
    ) {
        self.directory = directory
        self.seed = seed
        self.workers = workers
        self.advance = advance
    }

    /// Writes `images/000001.jpg` … and `captions.csv` with the columns image and caption.
    ///
    /// - Parameters:
    ///   - count: The number of pictures.
    ///   - frequencies: How often rare things are shown.
    /// - Throws: ``SampleWorldError``.
    public func writeCaptions(count: Int, frequencies: Frequencies = .longTail) throws(SampleWorldError) {
        try prepare()
        let world = SampleWorld(seed: seed, edition: .captions, frequencies: frequencies)
        let pictures = try writePictures(of: world, count: count)
        var table = CSVWriter.line(["image", "caption"])
        for (index, picture) in pictures.enumerated() {
            table += CSVWriter.line([Self.imagePath(index), picture.caption])
        }
        try write(table, to: "captions.csv")
    }

    /// Writes `images`, `train.csv`, `validation.csv`, `test.csv`, `labels.txt` and `new-labels.txt`.
    ///
    /// The tables are wide: a column a label with 1, 0 or nothing. With noise, which the training table alone has, the
    /// true one is written too, as `train-clean.csv`.
    ///
    /// - Parameter options: How many pictures, and which labels are where.
    /// - Throws: ``SampleWorldError``.
    public func writeLabels(_ options: LabelledSet) throws(SampleWorldError) {
        try prepare()
        let world = SampleWorld(seed: seed, edition: .labels)
        let pictures = try writePictures(of: world, count: options.train + options.validation + options.test)
        let known = WorldLabel.allCases.filter { !options.unseen.contains($0) }
        let new = WorldLabel.allCases.filter { options.unseen.contains($0) }
        func table(_ range: Range<Int>, _ labels: [WorldLabel], _ noise: AnnotationNoise) -> String {
            var text = CSVWriter.line(["image"] + labels.map(\.name))
            for index in range {
                let cells = labels.map { pictures[index].labels.contains($0) }
                let noisy = noise.applied(to: cells, seed: world.seed, index: index)
                text += CSVWriter.line([Self.imagePath(index)] + noisy.map { $0.map { $0 ? "1" : "0" } ?? "" })
            }
            return text
        }
        let train = 0..<options.train
        let validation = train.upperBound..<(train.upperBound + options.validation)
        let test = validation.upperBound..<pictures.count
        try write(table(train, known, options.noise), to: "train.csv")
        if !options.noise.isNone { try write(table(train, known, .none), to: "train-clean.csv") }
        // A table without pictures would be an error to whoever reads it.
        if !validation.isEmpty { try write(table(validation, known, .none), to: "validation.csv") }
        if !test.isEmpty { try write(table(test, known + new, .none), to: "test.csv") }
        try write(known.map { $0.name + "\n" }.joined(), to: "labels.txt")
        try write(new.map { $0.name + "\n" }.joined(), to: "new-labels.txt")
    }

    static func imagePath(_ index: Int) -> String {
        let number = String(index + 1)
        return "images/" + String(repeating: "0", count: max(0, 6 - number.count)) + number + ".jpg"
    }

    private struct Written: Sendable {
        var labels: [WorldLabel] = []
        var caption = ""
    }

    private func prepare() throws(SampleWorldError) {
        let isEmpty: Bool
        do throws(FileIOError) {
            try createDirectory(path: directory)
            isEmpty = try listDirectory(path: directory).isEmpty
            if isEmpty { try createDirectory(path: directory + "/images") }
        } catch {
            throw .file(error)
        }
        if !isEmpty { throw .outputNotEmpty(path: directory) }
    }

    private func writePictures(of world: SampleWorld, count: Int) throws(SampleWorldError) -> [Written] {
        let written = Mutex([Written](repeating: Written(), count: count))
        try world.forEachPicture(in: 0..<count, workers: workers) { (index, picture) throws(SampleWorldError) in
            let bytes = try picture.jpeg()
            do throws(FileIOError) {
                try AtomicFile.write(bytes, to: directory + "/" + Self.imagePath(index), durable: false)
            } catch {
                throw .file(error)
            }
            written.withLock { $0[index] = Written(labels: picture.labels, caption: picture.caption) }
            advance()
        }
        return written.withLock { $0 }
    }

    private func write(_ text: String, to name: String) throws(SampleWorldError) {
        do throws(FileIOError) {
            try AtomicFile.write(text, to: directory + "/" + name, durable: false)
        } catch {
            throw .file(error)
        }
    }
}

/// What a labelled data set consists of.
public struct LabelledSet: Sendable, Equatable {
    /// The number of pictures in `train.csv`, at least 1.
    public var train: Int
    /// The number of pictures in `validation.csv`.
    public var validation: Int
    /// The number of pictures in `test.csv`.
    public var test: Int
    /// Labels that only `test.csv` has a column for.
    public var unseen: [WorldLabel]
    /// Mistakes and gaps in `train.csv`.
    public var noise: AnnotationNoise

    /// A set's make-up.
    ///
    /// - Parameters:
    ///   - train: Pictures to train on.
    ///   - validation: Pictures to choose by.
    ///   - test: Pictures to measure on.
    ///   - unseen: Labels that only the test set has.
    ///   - noise: Mistakes and gaps in the training labels.
    public init(
        train: Int, validation: Int = 0, test: Int = 0, unseen: [WorldLabel] = WorldLabel.unseenByDefault,
        noise: AnnotationNoise = .none
    ) {
        self.train = train
        self.validation = validation
        self.test = test
        self.unseen = unseen
        self.noise = noise
    }
}
