{
  const form = document.currentScript.previousElementSibling;
  const chooser = form.querySelector('input[type="file"]');
  const button = form.querySelector("button");
  const progress = form.querySelector("progress");
  const status = form.querySelector('[role="status"]');
  const { minSize, maxSize } = form.dataset;
  let type = null;

  // With a script, the type of the file needs no text field.
  const field = form.querySelector("noscript");
  if (field) {
    type = document.createElement("input");
    type.type = "hidden";
    type.name = field.dataset.name;
    field.before(type);
  }

  const size = (bytes) => {
    const units = ["bytes", "kB", "MB", "GB", "TB"];
    let unit = 0;
    for (; bytes >= 1000 && unit < units.length - 1; unit += 1) {
      bytes /= 1000;
    }
    return `${Number(bytes.toFixed(1))} ${units[unit]}`;
  };

  // The reason why the policy doesn't allow a file; empty if it does.
  const problem = (file) => {
    if (maxSize && file.size > Number(maxSize)) {
      return `The file is larger than ${size(maxSize)}.`;
    }
    if (minSize && file.size < Number(minSize)) {
      return file.size === 0 ? "The file is empty." : `The file is smaller than ${size(minSize)}.`;
    }
    if (type && !type.value.startsWith(field.dataset.prefix)) {
      return `Files of this type (${type.value}) are not allowed.`;
    }
    return "";
  };

  const check = () => {
    const [file] = chooser.files;
    if (file && type) {
      type.value = file.type || "application/octet-stream";
    }
    chooser.setCustomValidity(file ? problem(file) : "");
    status.textContent = chooser.files.length ? chooser.validationMessage : "";
  };

  // What the store says, in words.
  const refusal = (request) => {
    const xml = new DOMParser().parseFromString(request.responseText, "text/xml");
    const text = (name) => xml.querySelector(name)?.textContent ?? "";
    const message = text("Message") || text("Code") || `status ${request.status}`;
    if (/expired/i.test(message)) {
      return "This form has expired. Reload the page.";
    }
    const words = { EntityTooLarge: "The file is too large.", EntityTooSmall: "The file is too small." };
    return words[text("Code")] ?? `The file was refused: ${message}`;
  };

  const upload = () => {
    const request = new XMLHttpRequest();
    const name = chooser.files[0].name;
    let sent = 0;
    const finish = (message) => {
      button.disabled = false;
      progress.hidden = true;
      status.textContent = message;
    };
    request.upload.addEventListener("progress", (event) => {
      sent = event.loaded;
      progress.max = event.total;
      progress.value = event.loaded;
    });
    request.addEventListener("load", () => {
      if (request.status >= 400) {
        finish(refusal(request));
      } else {
        form.reset();
        finish(`${name} is uploaded.`);
        // For scripts of the page.
        form.dispatchEvent(new CustomEvent("uploaded", { bubbles: true }));
      }
    });
    request.addEventListener("error", () => {
      if (sent === 0) {
        // No script of this page may talk to the store, but the browser can send the form.
        HTMLFormElement.prototype.submit.call(form);
      } else {
        finish("The connection failed. Try again.");
      }
    });
    request.open("POST", form.getAttribute("action"));
    request.send(new FormData(form));
    button.disabled = true;
    progress.hidden = false;
    progress.value = 0;
    status.textContent = `Uploading ${name} …`;
  };

  chooser.addEventListener("change", check);
  form.addEventListener("submit", (event) => {
    // The browser follows the store's redirect by itself.
    if (!form.querySelector('input[name="success_action_redirect"]')) {
      event.preventDefault();
      upload();
    }
  });
}
