"""GUME (Lin et al., CIKM 2024): MGCN's views on a behaviour graph with +G, extended user embeddings and noise contrast."""
import itertools

import torch
import torch.nn.functional as F

from reference import model
from reference.enhanced import behaviour_block
from reference.losses import half_squares, info_nce, mean_of_layers

Mgcn = model.load("mgcn")


class Reference(Mgcn):
    defaults = {**Mgcn.defaults, "mutual": False, "userModalityWeight": .1, "userModalityTemperature": .3,
                "alignWeight": .01, "regExtendedWeight": .1, "noise": .1}

    def build(self, data, init):
        super().build(data, init)
        self.graphs["userFromItem"] = self.graphs["userItem"][:data.users, data.users:]
        for key in self.modalities:
            init.xavier(f"extendedUser/{key}", data.users, self.config["embeddingSize"])

    def block(self, data, init):
        return behaviour_block(self, data, init, "+G")

    def extended(self, given, explicit):
        """As many layers on the same graph, from users of their own and the modality's items; mean over modalities."""
        graph, layers = given.graphs["userItem"], self.config["userItemLayers"]
        return sum(mean_of_layers(graph, torch.cat([given[f"extendedUser/{key}"], given.split(x)[1]]), layers)
                   for key, x in zip(self.modalities, explicit)) / len(explicit)

    def perturbed(self, given, batch, x, site):
        """Two views x + noise * sign(x) * n / max(|n|, 1e-12), compared by InfoNCE; users share their draws."""
        signs = torch.sign(given.apart(x.detach()))
        views = [x + self.config["noise"] * signs * F.normalize(given.draw(f"{site}/{number}", batch["users"], x.shape[1]))
                 for number in (1, 2)]
        return info_nce(*views, self.config["userModalityTemperature"])

    def alignment(self, given, explicit):
        """Over pairs of modalities, how far variances and means of all entries are apart."""
        gaps = [measure(a) - measure(b) for a, b in itertools.combinations(explicit, 2)
                for measure in (torch.var, torch.mean)]
        given.apart(torch.stack(gaps).detach())
        return {"alignModalities": (sum(gap.abs() for gap in gaps), self.config["alignWeight"])}

    def terms(self, given, batch):
        c, (behaviour, modal, explicit) = self.config, self.views(given)
        own = self.sides(given, batch, modal)[0]
        extended, extended_items = self.sides(given, batch, self.extended(given, explicit))
        between = c["userModalityWeight"]
        return {
            **self.ranking_terms(given, batch, behaviour + modal),
            **(self.alignment(given, explicit) if len(explicit) > 1 else {}),
            **self.contrast(given, batch, behaviour, modal),
            "userModality": (info_nce(extended, own, c["userModalityTemperature"]), between),
            "noiseModality": (self.perturbed(given, batch, own, "noiseModality"), between),
            "noiseExtended": (self.perturbed(given, batch, extended, "noiseExtended"), between),
            "regExtended": (half_squares(c["batchSize"], extended_items), c["regExtendedWeight"]),
        }
