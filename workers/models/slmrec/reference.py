"""SLMRec (Tao et al., IEEE TMM 2023) as MMRec has it: channels over one graph, fused, and contrasts along a chain of them (FAC).

Feature dropout and feature masking (fd, fm) follow the paper; MMRec cannot run them.
"""
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym
from reference.losses import info_nce, mean_of_layers

FIRST = "image", "audio", "text"


def ordered(modalities):
    """Image, audio, text, then the others by key."""
    return [key for key in FIRST if key in modalities] + sorted(key for key in modalities if key not in FIRST)


class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "layers": 2, "temperature": .2, "ssl": "fac", "sslWeight": .5,
                "sslTemperature": .5, "dropout": .3, "facBridge": True, "weightDecay": 1e-2, "scoreSigmoid": False}

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        self.chain = ordered(self.modalities)
        self.channels = ["id", *self.chain]
        self.bridged = config["ssl"] == "fac" and len(self.chain) == 2 and config["facBridge"]

    def build(self, data, init):
        d = self.config["embeddingSize"]
        init.tables(data, d)
        self.graphs["userItem"] = sym(bipartite(data.r), 1e-8)
        for key in self.modalities:
            self.linear(init, f"project/{key}", data.features[key].shape[1], d)
        for side in ("user", "item"):
            self.linear(init, f"fuse/{side}", len(self.channels) * d, d)
        if self.config["ssl"] == "fac":
            for place, key in enumerate(self.chain):
                last = len(self.chain) > 1 and place == len(self.chain) - 1
                if last and self.bridged:
                    self.linear(init, "chain/bridge", d, d)
                for name in ("chain", "head"):
                    self.linear(init, f"{name}/{key}", d, d // 2 if last else d)

    def linear(self, init, name, inputs, outputs):
        """Xavier-uniform weight, bias as PyTorch's default."""
        init.xavier(f"{name}/weight", inputs, outputs)
        init.uniform(f"{name}/bias", (outputs,), inputs ** -.5)

    # ---------------------------------------------------------------- forward

    def starts(self, given):
        """Item rows that each channel starts from; features have unit rows."""
        unit = [given.once(key, lambda key=key: F.normalize(given.features(key))) for key in self.chain]
        return [given["itemEmbedding"], *(given.linear(f"project/{key}", x) for key, x in zip(self.chain, unit))]

    def fused(self, given, channels):
        """Users and items from the channels side by side."""
        users, items = zip(*(given.split(channel) for channel in channels))
        return given.linear("fuse/user", torch.cat(users, 1)), given.linear("fuse/item", torch.cat(items, 1))

    def propagated(self, given, items):
        nodes = torch.cat([given["userEmbedding"], items])
        return mean_of_layers(given.graphs["userItem"], nodes, self.config["layers"])

    def final(self, given):
        return self.fused(given, [self.propagated(given, start) for start in self.starts(given)])

    def scores(self, given, final, users):
        products = super().scores(given, final, users)
        return torch.sigmoid(products) if self.config["scoreSigmoid"] else products

    # ---------------------------------------------------------------- self-supervision

    def chained(self, given, batch, channels):
        """FAC on the batch's items: products, from ID along the chain, against each modality's own head."""
        z, terms = given.split(channels[0])[1][batch["positives"]], {}
        for key, channel in zip(self.chain, channels[1:]):
            if self.bridged and key == self.chain[-1]:
                z = given.linear("chain/bridge", z)
            z = given.linear(f"chain/{key}", z)
            own = given.linear(f"head/{key}", given.split(channel)[1][batch["positives"]])
            logits = z @ own.T / self.config["sslTemperature"]
            terms[f"fac/{key}"] = F.cross_entropy(logits, torch.arange(len(z))), self.config["sslWeight"]
        return terms

    def masked(self, given):
        """The channels that views 1 and 2 do without: two different ones."""
        count = len(self.channels)
        first, second = given.draw("ssl/mask", torch.zeros(1, dtype=torch.long), 2)[0].tolist()
        first, second = int(first * count), int(second * (count - 1))
        return first, second + (second >= first)

    def view(self, given, starts, number, without):
        """Channels propagated once more: the output of each layer with dropout, the items of one channel at 0."""
        c, channels = self.config, []
        for place, (name, start) in enumerate(zip(self.channels, starts)):
            items = torch.zeros_like(start) if place == without else start
            every = [torch.cat([given["userEmbedding"], items])]
            for layer in range(1, c["layers"] + 1):
                x = given.graphs["userItem"] @ every[-1]
                if "fd" in c["ssl"]:
                    x = given.dropout(f"ssl/{name}/{number}/{layer}", x, c["dropout"])
                every.append(x)
            channels.append(torch.stack(every).mean(0))
        return self.fused(given, channels)

    def contrasted(self, given, batch, starts):
        """fd, fm: InfoNCE of users and of items between the two views."""
        c, without = self.config, self.masked(given) if "fm" in self.config["ssl"] else (None, None)
        (users, items), (other_users, other_items) = (self.view(given, starts, n + 1, without[n]) for n in range(2))
        u, i = batch["users"], batch["positives"]
        return {"sslUsers": (info_nce(users[u], other_users[u], c["sslTemperature"]), c["sslWeight"]),
                "sslItems": (info_nce(items[i], other_items[i], c["sslTemperature"]), c["sslWeight"])}

    def terms(self, given, batch):
        c, starts = self.config, self.starts(given)
        channels = [self.propagated(given, start) for start in starts]
        users, items = self.fused(given, channels)
        found = info_nce(users[batch["users"]], items[batch["positives"]], c["temperature"])
        ssl = self.chained(given, batch, channels) if c["ssl"] == "fac" else self.contrasted(given, batch, starts)
        decay = .5 * sum((value * value).sum() for value in given.parameters.values())
        return {"contrast": (found, 1.0), **ssl, "decay": (decay, c["weightDecay"])}

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)
