// On the week of places: choosing times to close, by dragging, by two taps, or with the keys.
'use strict';
const grid = document.querySelector('#grid[data-close]');

if (grid) {
  // Times down, days across.
  const lines = [...grid.tBodies[0].rows].slice(1).map(row => [...row.cells].slice(1));
  const at = cell => [lines.findIndex(line => line.includes(cell)), cell.cellIndex - 1];
  const link = document.querySelector('#close-chosen');
  const next = time => {
    const minutes = Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + 30;
    return String(Math.floor(minutes / 60)).padStart(2, '0') + ':' + String(minutes % 60).padStart(2, '0');
  };
  let anchor = null, end = null, drags = false;

  const show = () => {
    for (const cell of lines.flat()) cell.removeAttribute('aria-selected');
    link.hidden = !anchor;
    if (!anchor) return;
    const [[up, left], [down, right]] = [at(anchor), at(end)];
    const [rows, columns] = [[up, down].sort((a, b) => a - b), [left, right].sort((a, b) => a - b)];
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let column = columns[0]; column <= columns[1]; column++) lines[row][column].setAttribute('aria-selected', 'true');
    }
    const [first, last] = [lines[rows[0]][columns[0]], lines[rows[1]][columns[1]]];
    const days = first.dataset.date === last.dataset.date ? [first.dataset.day] : [first.dataset.day, last.dataset.day];
    const times = [lines[rows[0]][columns[0]].dataset.time, next(lines[rows[1]][columns[0]].dataset.time)];
    link.textContent = link.dataset.text.replace('{when}', days.join(' – ') + ' ' + times.join('–'));
    const asked = { class: grid.dataset.close, from: first.dataset.date, until: last.dataset.date, from_time: times[0], to_time: times[1] };
    link.href = link.dataset.path + '?' + new URLSearchParams(asked);
  };
  const stand = cell => {
    grid.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
    cell.tabIndex = 0;
    cell.focus();
  };

  grid.setAttribute('role', 'grid');
  grid.setAttribute('aria-multiselectable', 'true');
  for (const cell of lines.flat()) cell.tabIndex = -1;
  lines[0]?.[0]?.setAttribute('tabindex', '0');

  grid.addEventListener('keydown', event => {
    const cell = event.target.closest('td');
    if (!cell || !lines.flat().includes(cell)) return;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      const [row, column] = at(cell);
      const to = lines[row + step[0]]?.[column + step[1]];
      event.preventDefault();
      if (!to) return;
      anchor = event.shiftKey ? anchor ?? cell : null;
      end = to;
      stand(to);
      show();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      anchor ??= cell;
      end = cell;
      show();
      location.assign(link.href);
    } else if (event.key === 'Escape') {
      anchor = null;
      show();
    }
  });
  // A finger scrolls the table: it taps the first and the last time instead.
  grid.addEventListener('pointerdown', event => {
    const cell = event.target.closest('td');
    if (!cell || !lines.flat().includes(cell) || event.pointerType === 'touch') return;
    event.preventDefault();
    [anchor, end, drags] = [cell, cell, true];
    stand(cell);
    show();
  });
  grid.addEventListener('pointerover', event => {
    const cell = event.target.closest('td');
    if (!drags || !cell || !lines.flat().includes(cell)) return;
    end = cell;
    show();
  });
  addEventListener('pointerup', () => { drags = false; });
  grid.addEventListener('click', event => {
    const cell = event.target.closest('td');
    if (event.pointerType !== 'touch' || !cell || !lines.flat().includes(cell)) return;
    [anchor, end] = anchor && anchor === end ? [anchor, cell] : [cell, cell];
    show();
  });
}
