//! Input methods: whether a word is being composed, whose keys are whose, and what of their events the text fields see.

use egui::{Context, Event, Id, ImeEvent, Memory};
use std::time::Duration;

/// So long after the end of a composition its reason may come: with ibus it is on its way through two other programs.
const REASON_FOLLOWS_WITHIN: Duration = Duration::from_millis(50);

/// Whether an input method is in the middle of a word: its keys, Ctrl+Enter among them, belong to it. To be asked once
/// a frame, before anything takes events.
pub fn is_composing(ctx: &Context) -> bool {
    let id = Id::unique("ime-composing");
    // Nobody says that a composition has ended when its field is left.
    let field = ctx.memory(Memory::focused);
    let composed_in = ctx.data(|data| data.get_temp::<Option<Id>>(id)).flatten();
    let before = field.is_some() && composed_in == field;
    let mut after = before;
    let mut was_active = before;
    await_reason_of_end(ctx, before);
    ctx.input_mut(|input| {
        for event in &input.events {
            if let Event::Ime(ime) = event {
                match ime {
                    ImeEvent::Preedit { text, .. } => after = !text.is_empty(),
                    ImeEvent::Commit(_) => after = false,
                    _ => {}
                }
                was_active |= after;
            }
        }
        after &= field.is_some();
        was_active &= field.is_some();
        if was_active {
            // The method may keep the release of a key whose press it gave back; the next press is no repetition.
            input.keys_down.clear();
        }
    });
    ctx.data_mut(|data| data.insert_temp(id, field.filter(|_| after)));
    // A key that ended the composition in this very frame belonged to it, too.
    was_active
}

/// Drops what is not true, and keeps the end of a composition back for a moment if it comes alone: what says whether it is
/// true comes behind it, and a window that draws at once may draw between the two.
fn await_reason_of_end(ctx: &Context, is_composing: bool) {
    let id = Id::unique("ime-end-without-reason");
    let since = ctx.data(|data| data.get_temp::<Option<f64>>(id)).flatten();
    let since = ctx.input_mut(|input| {
        if since.is_some() {
            let end = ImeEvent::Preedit { text: String::new(), active_range_chars: None };
            input.events.insert(0, Event::Ime(end));
        }
        drop_keys_given_back(&mut input.events);
        let is_over = since.is_some_and(|since| input.time - since >= REASON_FOLLOWS_WITHIN.as_secs_f64());
        let last = input.events.iter().rposition(|event| matches!(event, Event::Ime(_)))?;
        let may_be_untrue = is_composing && !is_over && is_end(&input.events[last]);
        may_be_untrue.then(|| {
            input.events.remove(last);
            since.unwrap_or(input.time)
        })
    });
    ctx.data_mut(|data| data.insert_temp(id, since));
    if since.is_some() {
        ctx.request_repaint_after(REASON_FOLLOWS_WITHIN);
    }
}

/// On X11 a key that the method has no use for, such as Ctrl+Enter with ibus, arrives as the end of the composition and
/// a control character as what was chosen. The method composes on, so neither is true: the word would vanish from the
/// field, and the next Ctrl+Enter would send what is there without it.
fn drop_keys_given_back(events: &mut Vec<Event>) {
    let mut place = 0;
    while let Some([first, second]) = events.get(place..place + 2) {
        if is_end(first) && matches!(second, Event::Ime(ImeEvent::Commit(text)) if is_control(text)) {
            events.drain(place..place + 2);
        } else {
            place += 1;
        }
    }
}

fn is_end(event: &Event) -> bool {
    matches!(event, Event::Ime(ImeEvent::Preedit { text, .. }) if text.is_empty())
}

fn is_control(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_composing;
    use egui::{Context, Event, Id, ImeEvent, Key, Modifiers, RawInput, Rect, Sense};

    const FIELD: &str = "field";

    fn preedit(text: &str) -> Event {
        Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None })
    }

    fn commit(text: &str) -> Event {
        Event::Ime(ImeEvent::Commit(text.to_owned()))
    }

    /// Whether a frame with these events belongs to the input method, and what the fields see of them.
    fn frame(ctx: &Context, events: Vec<Event>) -> (bool, Vec<Event>) {
        let mut seen = (false, Vec::new());
        let mut output = ctx.run_ui(RawInput { events, ..RawInput::default() }, |ui| {
            seen.0 = is_composing(ui.ctx());
            seen.1 = ui.input(|input| input.events.clone());
            ui.interact(Rect::EVERYTHING, Id::unique(FIELD), Sense::click());
        });
        output.textures_delta.clear();
        seen
    }

    fn in_field() -> Context {
        let ctx = Context::default();
        ctx.memory_mut(|memory| memory.request_focus(Id::unique(FIELD)));
        assert!(!frame(&ctx, Vec::new()).0);
        ctx
    }

    #[test]
    fn a_word_is_composed_until_it_is_chosen() {
        let ctx = in_field();
        assert!(frame(&ctx, vec![preedit("ni")]).0);
        assert!(frame(&ctx, Vec::new()).0);
        let chosen = vec![preedit(""), commit("你")];
        assert_eq!(frame(&ctx, chosen.clone()), (true, chosen));
        assert!(!frame(&ctx, Vec::new()).0);
    }

    #[test]
    fn leaving_the_field_ends_the_word() {
        let ctx = in_field();
        assert!(frame(&ctx, vec![preedit("ni")]).0);
        ctx.memory_mut(|memory| memory.surrender_focus(Id::unique(FIELD)));
        assert!(!frame(&ctx, Vec::new()).0);
        ctx.memory_mut(|memory| memory.request_focus(Id::unique(FIELD)));
        assert!(!frame(&ctx, Vec::new()).0, "what was left is not taken up again");
    }

    #[test]
    fn a_key_whose_release_the_method_kept_is_not_held() {
        let ctx = in_field();
        let enter = Event::Key {
            key: Key::Enter,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::CTRL,
        };
        frame(&ctx, vec![preedit("ni")]);
        frame(&ctx, vec![enter.clone()]);
        frame(&ctx, vec![preedit(""), commit("你")]);
        assert_eq!(frame(&ctx, vec![enter.clone()]).1, vec![enter]);
    }

    #[test]
    fn a_key_that_the_method_gives_back_does_not_end_the_word() {
        let ctx = in_field();
        frame(&ctx, vec![preedit("ni")]);
        for key in ["\r", "\u{1}", "\u{8}"] {
            assert_eq!(frame(&ctx, vec![preedit(""), commit(key)]), (true, Vec::new()));
        }
        assert!(frame(&ctx, Vec::new()).0);
    }

    #[test]
    fn a_key_that_is_given_back_in_two_parts_does_not_end_the_word() {
        let ctx = in_field();
        frame(&ctx, vec![preedit("ni")]);
        assert_eq!(frame(&ctx, vec![preedit("")]), (true, Vec::new()));
        assert_eq!(frame(&ctx, Vec::new()), (true, Vec::new()));
        assert_eq!(frame(&ctx, vec![commit("\r")]), (true, Vec::new()));
        assert!(frame(&ctx, Vec::new()).0);
        // What was chosen comes in two parts, too.
        assert_eq!(frame(&ctx, vec![preedit("")]), (true, Vec::new()));
        assert_eq!(frame(&ctx, vec![commit("你")]), (true, vec![preedit(""), commit("你")]));
        assert!(!frame(&ctx, Vec::new()).0);
    }

    #[test]
    fn a_word_that_the_method_ends_itself_is_over_after_a_moment() {
        let ctx = in_field();
        frame(&ctx, vec![preedit("ni")]);
        frame(&ctx, vec![preedit("")]);
        // A frame takes a sixtieth of a second where nobody says otherwise.
        let seen = (0..4).map(|_| frame(&ctx, Vec::new())).find(|(_, events)| !events.is_empty());
        assert_eq!(seen, Some((true, vec![preedit("")])));
        assert!(!frame(&ctx, Vec::new()).0);
    }
}
