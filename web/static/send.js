/*
 * Sending several files by drag and drop, with progress, going on where a broken connection
 * stopped. Without this script the form of the page sends one file.
 */
'use strict';

(function () {
	const form = document.getElementById('send');
	const drop = document.getElementById('drop');
	const input = document.getElementById('file');
	const list = document.getElementById('progress');
	const RETRIES = 8;

	if (!form)
		return;
	document.documentElement.classList.add('js');
	/* The form itself, without this script, can send one file only: its size is what is left. */
	input.multiple = true;

	for (const name of ['dragenter', 'dragover'])
		drop.addEventListener(name, function (e) {
			e.preventDefault();
			drop.classList.add('drop-over');
		});
	for (const name of ['dragleave', 'drop'])
		drop.addEventListener(name, function () {
			drop.classList.remove('drop-over');
		});
	drop.addEventListener('drop', function (e) {
		e.preventDefault();
		if (e.dataTransfer.files.length > 0)
			input.files = e.dataTransfer.files;
	});
	form.to.addEventListener('input', function () {
		document.getElementById('who-other').checked = true;
	});

	function random() {
		const bytes = crypto.getRandomValues(new Uint8Array(16));

		return Array.from(bytes, function (b) {
			return b.toString(16).padStart(2, '0');
		}).join('');
	}

	function api(method, path, body) {
		return fetch('/api/v1' + path, {
			method: method,
			headers: {'Content-Type': 'application/json', 'X-CSRF-Token': form.csrf.value},
			body: body ? JSON.stringify(body) : undefined,
		}).then(function (r) {
			return r.json().then(function (json) {
				if (!r.ok)
					throw json.error || {};
				return json;
			});
		});
	}

	/* One line of the list below the form. */
	function item(file) {
		const li = document.createElement('li');
		const name = document.createElement('p');
		const bar = document.createElement('progress');
		const text = document.createElement('p');

		li.className = 'progress-item';
		name.textContent = file.name;
		bar.max = Math.max(file.size, 1);
		bar.value = 0;
		bar.setAttribute('aria-label', form.dataset.progress + ': ' + file.name);
		text.textContent = form.dataset.sending;
		li.append(name, bar, text);
		list.append(li);
		return {li: li, bar: bar, text: text};
	}

	function put(transfer, file, at, row) {
		return new Promise(function (resolve, reject) {
			const xhr = new XMLHttpRequest();

			xhr.open('PUT', '/api/v1/transfers/' + transfer.id + '/content?offset=' + at);
			xhr.setRequestHeader('Content-Type', 'application/octet-stream');
			xhr.setRequestHeader('X-CSRF-Token', form.csrf.value);
			xhr.upload.onprogress = function (e) {
				row.bar.value = at + e.loaded;
			};
			xhr.onload = function () {
				let answer = {};

				try {
					answer = JSON.parse(xhr.responseText);
				} catch (e) {
					answer = {};
				}
				if (xhr.status < 300)
					resolve(answer);
				else
					reject(answer.error || {});
			};
			xhr.onerror = function () {
				reject(null); /* the connection broke: try again */
			};
			xhr.send(file.slice(at));
		});
	}

	function wait(ms) {
		return new Promise(function (resolve) {
			setTimeout(resolve, ms);
		});
	}

	async function upload(transfer, file, row) {
		let at = 0;

		for (let n = 0;; n++) {
			try {
				return await put(transfer, file, at, row);
			} catch (error) {
				if ((error && error.code !== 'offset') || n === RETRIES)
					throw error || {};
			}
			row.text.textContent = form.dataset.resume;
			await wait(Math.min(500 * 2 ** n, 20000));
			at = (await api('GET', '/transfers/' + transfer.id).catch(function () {
				return {received: at};
			})).received;
		}
	}

	function recipient() {
		if (form.who.value === 'me')
			return {me: true};
		return {name: form.to.value};
	}

	async function send(file) {
		const row = item(file);

		try {
			const transfer = await api('POST', '/transfers', {
				once: random(),
				name: file.name,
				size: file.size,
				to_zone: form.to_zone.value,
				recipient: recipient(),
				method: form.method_value(),
				confidentiality: Number(form.confidentiality.value),
				note: form.note.value,
			});

			await upload(transfer, file, row);
			const link = document.createElement('a');

			link.href = '/transfers/' + transfer.id;
			link.textContent = form.dataset.open.replace('{n}', transfer.receipt);
			row.text.textContent = form.dataset.done + ' ';
			row.text.append(link);
			row.bar.value = row.bar.max;
			row.li.classList.add('progress-good');
		} catch (error) {
			const ja = document.documentElement.lang === 'ja';

			row.text.textContent = form.dataset.failed + ': ' +
				((ja ? error.ja : error.en) || '') +
				(error.clause ? ' (' + error.clause + ')' : '');
			row.li.classList.add('progress-stop');
		}
	}

	/* form.method is the form's own property, not the field of that name. */
	form.method_value = function () {
		return form.querySelector('input[name=method]:checked').value;
	};

	form.addEventListener('submit', async function (e) {
		const button = form.querySelector('button');

		e.preventDefault();
		if (input.files.length === 0) {
			input.focus();
			return;
		}
		button.disabled = true;
		list.textContent = '';
		for (const file of input.files)
			await send(file);
		button.disabled = false;
		input.value = '';
	});
})();
