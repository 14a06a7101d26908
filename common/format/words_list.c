// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The words of PROTOCOL 6.12: one for each byte, in alphabetical order, four letters or more; the first four letters of
// each are its own, and any two differ in two letters or more. Once released, no word ever changes.
#include "common/format/words.h"

const char *const words_list[256] = {
    "acorn", "amber", "anchor", "anvil", "apple", "apron", "arch", "arrow", "atlas", "autumn", "badge", "bamboo",
    "banjo", "barn", "beacon", "beaver", "bell", "bench", "berry", "bicycle", "blossom", "boat", "bonnet", "boulder",
    "bowl", "bread", "breeze", "brick", "broom", "buffalo", "cabin", "cactus", "camel", "canoe", "canvas", "castle",
    "cedar", "chalk", "chimney", "cinnamon", "circle", "clay", "clock", "cloud", "cobbler", "coconut", "coffee",
    "comet", "compass", "coral", "cotton", "cousin", "crane", "crown", "curtain", "daisy", "dance", "desert",
    "diamond", "dolphin", "door", "drum", "duck", "eagle", "earth", "east", "elbow", "elephant", "engine", "evening",
    "family", "fence", "fire", "flag", "flute", "forest", "fountain", "friend", "frog", "fruit", "galaxy", "garden",
    "garlic", "gate", "giraffe", "glass", "glove", "gold", "grain", "grape", "guitar", "harbor", "harvest", "hazel",
    "heron", "hill", "honey", "horizon", "horse", "hospital", "igloo", "iron", "island", "ivory", "jaguar", "jasmine",
    "jewel", "journey", "kettle", "kitchen", "kite", "kiwi", "ladder", "lake", "lamp", "lantern", "laundry", "leaf",
    "lemon", "library", "lily", "lion", "lizard", "lotus", "mango", "maple", "market", "melon", "metal", "milk",
    "mirror", "moon", "morning", "mosaic", "museum", "mushroom", "napkin", "nest", "night", "noodle", "north",
    "nutmeg", "oasis", "ocean", "olive", "onion", "opal", "orchard", "otter", "oven", "paddle", "palace", "panda",
    "paper", "pasture", "pebble", "pelican", "pencil", "piano", "picnic", "pigeon", "pillow", "pilot", "pine",
    "planet", "plaza", "plum", "pocket", "poem", "pony", "potato", "pumpkin", "puppet", "quail", "quarry", "queen",
    "quilt", "rabbit", "radio", "raft", "raven", "ribbon", "rice", "ring", "river", "robin", "roof", "rope", "ruby",
    "sailor", "salmon", "salt", "sandal", "satin", "school", "scissors", "seed", "shadow", "sheep", "shell", "shirt",
    "shovel", "silver", "sister", "snail", "soap", "song", "south", "spice", "spider", "spoon", "spring", "squirrel",
    "star", "stone", "street", "sugar", "summer", "sunset", "swan", "table", "teacher", "temple", "thread", "thunder",
    "ticket", "tiger", "timber", "tomato", "torch", "tower", "tractor", "tulip", "tunnel", "turtle", "umbrella",
    "uncle", "valley", "vanilla", "velvet", "village", "violin", "volcano", "wagon", "walnut", "water", "whale",
    "wheat", "window", "winter", "wolf", "wood", "yard", "yellow", "zebra", "zigzag",
};
