// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Where the page begins: every screen puts itself into js/app.js's list when it is imported; then the shell starts.
import { start } from './app.js';
import './unlock.js';
import './explain.js';
import './list.js';
import './entry.js';
import './closing.js';
import './print.js';
import './send.js';
import './wipe.js';
import './notices.js';
import './forums.js';
import './rapid.js';
import './full.js';
import './review.js';

start();
