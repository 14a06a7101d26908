// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where the page begins. What is needed for writing comes at once, the other screens when they are gone to (js/app.js).
import { start } from './app.js';
import './unlock.js';
import './notices.js';
import './forums.js';
import './rapid.js';

start();
