// SPDX-License-Identifier: Apache-2.0

import Imaging
import MultiLabel
import TrainingOptions

extension TrainingConfiguration {
    /// Plain training as the recipe tunes: the last block, or the whole image tower, and the text tower, or its last groups,
    /// with an anchored head.
    func tuning(wholeTower: Bool, textGroups: Int?) -> TrainingConfiguration {
        var copy = self
        copy.recipe = .plain
        copy.head = .anchored
        copy.augment = wholeTower ? .light : .none
        copy.shuffle = true
        copy.warmupSteps = 10
        copy.weightDecay = 0.1
        copy.gradientClip = 1
        copy.accumulate = max(1, RecipePlan.stepPictures / max(1, self.batchSize))
        copy.batchSize = min(self.batchSize, RecipePlan.stepPictures)
        copy.cache = true
        copy.lockTextUnlockedLayers = textGroups
        if wholeTower {
            (copy.imageLayerDecay, copy.textLayerDecay, copy.ema) = (0.7, 0.7, 0.99)
        } else {
            copy.lockImageUnlockedGroups = 2
        }
        return copy
    }
}
